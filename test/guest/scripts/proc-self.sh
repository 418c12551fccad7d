# SPDX-License-Identifier: MPL-2.0
#
# /proc/PID of a known process: cmdline, environ, cwd, exe, fd, status lines, stat fields, maps, limits, comm.
cd /tmp; mkdir bb; cp /bin/busybox bb/busybox; : >f
env -i A=1 B='two words' /tmp/bb/busybox sleep 60 <f >out 2>/dev/null & p=$!; until [ "$(cat /proc/$p/comm)" = busybox ]; do sleep 0.01; done
tr '\0' '|' </proc/$p/cmdline; echo; tr '\0' '|' </proc/$p/environ; echo; for l in cwd exe root; do readlink /proc/$p/$l; done
for i in 0 1 2; do readlink /proc/$p/fd/$i; done; ls /proc/$p/fd | tr '\n' ' '; echo; cat /proc/$p/fdinfo/0 | head -n 2
grep -E '^(Name|State|Umask|Tgid|Uid|Gid|Threads|SigIgn|NSpid|TracerPid|Seccomp|NoNewPrivs):' /proc/$p/status | sed "s/$p/PID/g"
awk '{print $2, NF; print $18, $19, $20}' /proc/$p/stat; cut -d' ' -f 4 /proc/$p/stat | grep -qx $$ && echo parent is the shell
grep -c . /proc/$p/maps | awk '{print ($1 > 3)}'; grep -Eo '\[(stack|heap)\]' /proc/$p/maps | sort -u; awk '/busybox/ {print $2}' /proc/$p/maps | sort -u
awk '{print NF; print ($1 >= $2)}' /proc/$p/statm; head -n 1 /proc/$p/limits; grep 'Max open files' /proc/$p/limits | wc -l; (ulimit -n 77; sed -n 's/  */ /g;/open files/p' /proc/self/limits)
ls /proc/$p/task | sed "s/$p/PID/"; cat /proc/$p/task/$p/comm; cat /proc/$p/oom_score_adj; echo 500 >/proc/$p/oom_score_adj; cat /proc/$p/oom_score_adj; echo 2000 >/proc/$p/oom_score_adj; echo $?
echo renamed-by-writing >/proc/$p/comm 2>/dev/null; cat /proc/$p/comm; kill $p; wait $p 2>/dev/null; ls /proc/$p 2>&1 | sed "s/$p/PID/"; cat /proc/self/comm; readlink /proc/self/exe
rm bb/busybox; mkdir gone; cd gone; rmdir ../gone; readlink /proc/self/cwd; cd ..; exec 7>dead; rm dead; readlink /proc/$$/fd/7; exec 7>&-
ls -d /proc/self/task/*/fd | wc -l; cat /proc/self/nosuch; echo $?; echo x >/proc/self/status; echo $?; mkdir /proc/x; rm /proc/self/stat; cat /proc/self/wchan | wc -c | awk '{print $1 < 40}'; ls /proc/99999999; cd /proc/self/fd && pwd | sed 's/[0-9][0-9]*/N/'
