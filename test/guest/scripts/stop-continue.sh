# SPDX-License-Identifier: MPL-2.0
#
# Stopping and continuing: state in /proc, output stops, group signals, killing a stopped process.
state() { sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' /proc/$1/status; }
until_state() { n=0; while [ "$(state $1)" != "$2" ] && [ $n -lt 300 ]; do sleep 0.01; n=$((n + 1)); done; state $1; }
sleep 30 & p=$!
until_state $p S
kill -STOP $p; until_state $p T
kill -CONT $p; until_state $p S
kill -STOP $p; until_state $p T
kill -KILL $p; wait $p 2>/dev/null; echo "killed while stopped: $?"
sleep 30 & p=$!
kill -STOP $p; until_state $p T
kill -TERM $p; sleep 0.05; echo "TERM pends: $(state $p)"
kill -CONT $p; wait $p 2>/dev/null; echo "then kills: $?"
sh -c 'exec sleep 31' & p=$!
sleep 0.1; kill $p; wait $p 2>/dev/null; echo $?
