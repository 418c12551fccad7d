# SPDX-License-Identifier: MPL-2.0
#
# kill: by name and number, groups of statuses, message of the shell, signal 0, unknown pids.
for s in HUP INT QUIT ABRT KILL USR1 USR2 PIPE ALRM TERM; do
  sh -c "kill -$s \$\$; sleep 0.1" 2>/dev/null; echo "$s $?"
done
sh -c 'kill -STOP $$; echo continued' & p=$!
until grep -q '^State:.T' /proc/$p/status; do sleep 0.05; done
kill -CONT $p; wait $p; echo "continued: $?"
sleep 30 & p=$!; kill -0 $p; echo "alive: $?"; kill $p; wait $p 2>/dev/null; echo $?
kill -0 $p 2>/dev/null; echo "gone: $?"
kill 99999; echo "no such: $?"
kill -BOGUS 1; echo "bad name: $?"
kill abc; echo "bad pid: $?"
kill -CHLD $$; kill -WINCH $$; kill -URG $$; echo default is to ignore
yes | head -n 1; echo "yes ended"
(sh -c 'kill -SEGV $$'; echo "status $?")
(sh -c 'kill -FPE $$'; echo "status $?")
(sh -c 'kill -BUS $$'; echo "status $?")
(sh -c 'kill -TRAP $$'; echo "status $?")
sh -c 'ulimit -c 0; kill -ILL $$'; echo $?
