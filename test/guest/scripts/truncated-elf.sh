# SPDX-License-Identifier: MPL-2.0
#
# An executable whose segments reach beyond the end of the file; a text that is being written.
mkdir cut whole again
for size in 60000 1000000; do
  head -c $size /bin/busybox >cut/busybox; chmod +x cut/busybox
  cut/busybox true 2>/dev/null; s=$?
  [ $s = 139 ] || [ $s = 135 ] && echo "$size: killed by SIGSEGV or SIGBUS"
done
cp /bin/busybox whole/busybox; whole/busybox echo the whole one runs
whole/busybox sleep 0.5 & sleep 0.2
(echo x >>whole/busybox) 2>/dev/null; echo "writing a running text: $?"
wait; (: >>whole/busybox); echo "when it ended: $?"
exec 3>>whole/busybox; whole/busybox true; echo "running what is open for writing: $?"
exec 3>&-; whole/busybox echo runs again
cp whole/busybox again/busybox; again/busybox echo copied
rm again/busybox; cp /bin/busybox again/ls
again/ls again; ln -s ../whole/busybox again/echo
again/echo by link; again/nosuch; echo $?
cp /bin/busybox again/nosuch; again/nosuch; echo $?
again/nosuch --help 2>&1 | wc -l
