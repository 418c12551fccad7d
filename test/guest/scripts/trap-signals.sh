# SPDX-License-Identifier: MPL-2.0
#
# Traps on signals: handlers, ignoring, inheritance, delivery while waiting.
trap 'echo got USR1' USR1
kill -USR1 $$; echo after
trap 'echo got TERM' TERM; kill $$
trap '' INT; kill -INT $$; echo ignored INT
sh -c 'kill -INT $$; echo child inherits ignored INT'
sh -c 'kill -USR1 $$; echo not reached'; echo "child has default USR1: $?"
trap - TERM
sh -c 'trap "echo handler; exit 3" TERM; kill -TERM $$; sleep 5'; echo "status $?"
trap
sh -c 'trap "echo caught, leaving wait" USR2
  (sleep 0.1; kill -USR2 $$) & 
  sleep 30 & s=$!
  wait $s; echo "wait gave $?"; kill $s'
(trap 'echo sub' HUP; sh -c 'kill -HUP $PPID'; echo end)
trap 'echo no such' NOSUCH; echo "bad signal: $?"
