# SPDX-License-Identifier: MPL-2.0
#
# mount: bind mounts of folders and files, read-only remounts, stacked mounts, busy and lazy umount, moves.
mkdir a b c; echo one >a/f; mkdir a/sub; echo file >x; : >y
mount --bind a b; echo $?; cat b/f; echo two >b/g; cat a/g; [ a/f -ef b/f ] && echo same file
mv a/g b/h 2>/dev/null; ls a; ln b/f a/hard; echo "link across mounts: $?"; ln b/f b/hard && ls a
mount --bind x y; cat y; echo more >>y; cat x; rm y; echo "remove a mount point: $?"; mv y z; echo "rename it: $?"
rmdir b; echo "rmdir: $?"; mount -o remount,ro,bind b; echo no >b/n; echo "read-only: $?"; echo yes >a/n; cat b/n
rm b/n; chmod 600 b/f; touch b/f; mkdir b/d; ln -s q b/s; mv b/f b/k
mount -o remount,rw,bind b; echo back >b/n; cat a/n
mount -t tmpfs none c; echo top >c/t; mount --bind a c; ls c | sort; umount c; ls c; umount c; ls c
mount --bind b c; (cd c; umount /root/c 2>&1; echo "busy: $?"; umount -l /root/c; echo "lazy: $?"; ls | head -n 1); ls c
mkdir m; mount -t tmpfs none m; mkdir m/in; mount --bind a m/in; umount m; echo "has a child: $?"; umount m/in; umount m; echo $?
mount --bind a b 2>/dev/null; umount b; umount b; umount b; echo "not mounted: $?"
mount --bind nosuch b; echo $?; mount --bind a nosuch; echo $?; mount --bind a x; echo $?; mount --bind x b; echo $?
mount -t nosuchfs none b; echo $?; mount -t tmpfs none nosuch; echo $?; umount nosuch; echo $?; umount y; echo $?
mkdir r; mount --rbind a r; echo $?; umount r; mkdir n o; mount -t tmpfs none n; echo moved >n/f; mount --move n o; cat o/f; ls n; umount o
grep -c ' /root/[abcmnor] ' /proc/mounts
