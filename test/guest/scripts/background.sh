# SPDX-License-Identifier: MPL-2.0
#
# Background jobs and wait: statuses, several jobs, unknown pid, $!.
sleep 0.05 & wait $!; echo "sleep: $?"
(exit 7) & wait $!; echo "seven: $?"
false & true & wait; echo "wait for all: $?"
for i in 1 2 3; do (sleep 0.0$i; exit $i) & pids="$pids $!"; done
for p in $pids; do wait $p; echo "job: $?"; done
wait 99999; echo "not a child: $?"
{ sleep 0.05; echo written later; } >out & wait; cat out
cat & wait $!; echo "background reads /dev/null: $?"
sh -c 'kill -9 $$' & wait $! 2>/dev/null; echo "killed: $?"
(sleep 30 & echo started; kill $!; wait $! 2>/dev/null; echo "terminated: $?")
x=$(echo captured &); echo "$x"
true & a=$!; true & b=$!; [ $a != $b ] && echo pids differ
wait
