# SPDX-License-Identifier: MPL-2.0
#
# Many processes: short-lived children, many at once, deep nesting, orphans and zombies.
i=0
while [ $i -lt 150 ]; do /bin/true; i=$((i + 1)); done
echo $i; i=0
while [ $i -lt 60 ]; do sleep 0.2 & i=$((i + 1)); done
wait; echo sixty slept; i=0; s=0
while [ $i -lt 40 ]; do (exit $i) & pids="$pids $!"; i=$((i + 1)); done
for p in $pids; do wait $p; s=$((s + $?)); done; echo $s
nest() { [ $1 = 0 ] && { echo bottom; exit 5; }; sh -c "$2" sh $(($1 - 1)) "$2"; }
c='[ $1 = 0 ] && { echo bottom; exit 5; }; sh -c "$2" sh $(($1 - 1)) "$2"; exit $?'
sh -c "$c" sh 40 "$c"; echo $?
(sh -c 'sleep 0.2; cut -d" " -f4 /proc/$$/stat >orphan; :' &)
sleep 0.5; echo "orphan's parent: $(cat orphan)"
sh -c '(exit 3) & exec sleep 0.2'; echo "zombie left to init: $?"
sh -c 'sleep 0.2 & echo $! >z; exec sleep 20' & sleep 0.6
awk '{print $2, $3}' /proc/$(cat z)/stat; kill $!
wait 2>/dev/null
for i in 1 2 3; do (for j in 1 2 3; do (echo $i$j); done); done | tr '\n' ' '
echo
f() { [ $1 -gt 0 ] && { f $(($1 - 1)) & wait $!; return $((($? + 1) % 256)); }; return 0; }
f 25; echo "chain of $?"
