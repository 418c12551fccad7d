# SPDX-License-Identifier: MPL-2.0
#
# mktemp, env, id, whoami, uname, renice, which, basename, dirname, pwd, printenv, tty, nproc.
f=$(mktemp); echo $f | sed 's/\.\{0,1\}......$/X/'
stat -c %a $f; d=$(mktemp -d); stat -c %a $d
mktemp -u /tmp/a.XXXXXX | wc -c; mktemp /tmp/bad; echo $?
mktemp /nosuch/XXXXXX 2>/dev/null; echo $?
t=$(mktemp -p /root); ls -d "$t" | wc -l
TMPDIR=/root mktemp | cut -c1-6
env -i env; env -i A=1 B='two words' env | sort
A=x env -u A sh -c 'echo [$A]'; env X=1 sh -c 'echo $X'
env nosuch; echo $?; env /tmp; echo $?; env false; echo $?
env - PATH=/bin sh -c 'echo $PATH'
printenv HOME 2>/dev/null; env -0 -i A=1 B=2 env | sort
id; id -u; id -g; id -un; id -gn; id -G; id nobody
id nosuch; echo $?; whoami; groups; logname 2>/dev/null; echo $?
uname -s; uname -m; uname -o; uname -x; echo $?; arch
tty </dev/null; echo $?
[ "$(nproc)" -ge 1 ] && echo has processors
niceness() { sh -c 'cut -d" " -f19 /proc/$PPID/stat; :'; }
niceness
sh -c 'renice -n 5 -p $$; cut -d" " -f19 /proc/$$/stat; sh -c "renice 30 \$\$; cut -d\" \" -f19 /proc/\$\$/stat"; renice -n -3 $$; cut -d" " -f19 /proc/$$/stat'
renice -n 1 99999; echo $?; which ls sh nosuch; echo $?
which /bin/cat; basename /a/b/c.txt; basename c.txt .txt
basename /; basename a/; dirname /a/b/c; dirname file
dirname /; dirname a//b//; basename; echo $?
