# SPDX-License-Identifier: MPL-2.0
#
# Limits: long argument lists, long arguments, many descriptors, deep recursion, file size.
a=$(head -c 100000 /dev/zero | tr '\0' a)
env echo $a | wc -c; b=$a$a; env echo $b >/dev/null 2>err; echo "too long: $?"
sed 's/a\{50,\}/A/g' err; set --; i=0
while [ $i -lt 30 ]; do set -- "$@" $a; i=$((i + 1)); done
env echo "$@" >/dev/null 2>&1; echo "list too long: $?"
set --
(ulimit -n 10; for i in 3 4 5 6 7 8 9; do eval "exec $i</dev/null"; done; cat /etc/passwd | head -n 1; cat <<X
x
X
) 2>&1 | sed 's/.*: //'; (ulimit -f 1; seq 100000 >big; echo "file size: $?"
wc -c <big); (ulimit -f 1; trap '' XFSZ; seq 100000 >big2; echo $?)
(ulimit -t 1; while :; do :; done); echo "processor time: $?"
ulimit -n 99; ulimit -n; sh -c 'ulimit -n'; ulimit -Hn 50; echo $?
ulimit -n 60; echo $?; ulimit -S -n 40; ulimit -Sn
ulimit -Hn
(ulimit -v 1000; /bin/busybox true) 2>/dev/null; echo "address space: $(($? != 0))"
ulimit -c; ulimit -s; ulimit -q 1>/dev/null 2>&1
sh -c 'f() { f; }; f' 2>/dev/null; echo "endless recursion: $?"
