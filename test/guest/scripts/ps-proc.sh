# SPDX-License-Identifier: MPL-2.0
#
# ps and the files of /proc about processes.
sleep 30 & p=$!; sleep 0.1
ps -o pid,args | grep "^ *$p " | sed "s/^ *$p /PID /"
ps -o comm,ppid | awk -v p=$$ '$1 == "sleep" && $2 == p {print "child of the shell"}'
ps -o user,comm | grep sleep; ps | head -n 1; ps -o pid,ppid,comm | head -n 1 | tr -s ' '
tr '\0' ' ' </proc/$p/cmdline; echo; cat /proc/$p/comm
readlink /proc/$p/exe; readlink /proc/$p/cwd
readlink /proc/self/cwd
tr '\0' '\n' </proc/$p/environ | grep -E '^(HOME|PATH)='
sed -n 's/^\(Name\|State\|PPid\|Uid\|Gid\|Threads\):/\1/p' /proc/$p/status | sed "s/$$/PPID/"
awk '{print $2, $3}' /proc/$p/stat; wc -w </proc/$p/stat
[ "$(awk '{print $4}' /proc/$p/stat)" = $$ ] && echo ppid agrees
ls /proc/$p/fd | tr '\n' ' '; echo; readlink /proc/$p/fd/0
kill $p; wait $p 2>/dev/null; ls -d /proc/$p 2>/dev/null; echo "gone: $?"
awk '{print NF}' /proc/loadavg /proc/uptime
grep -c ^MemTotal: /proc/meminfo
grep -q '^cpu ' /proc/stat && echo cpu
head -n 1 /proc/self/comm
[ -e /proc/self/maps ] && grep -c '\[stack\]' /proc/self/maps
grep -w proc /proc/filesystems
grep -q ' /proc proc ' /proc/mounts && echo mounted
cut -d' ' -f1 /proc/version
[ -d /proc/$$ ] && [ -d /proc/1 ] && echo both
(exec sleep 30) & q=$!; sleep 0.1
pidof sleep | grep -qw $q && echo pidof; kill $q
wait $q 2>/dev/null; pidof nosuch; echo $?
