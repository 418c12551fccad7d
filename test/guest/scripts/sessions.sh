# SPDX-License-Identifier: MPL-2.0
#
# Process groups and sessions: setsid, signals to a whole group, inheritance.
pg() { awk '{print $5}' /proc/$1/stat; }; sid() { awk '{print $6}' /proc/$1/stat; }
[ "$(pg $$)" = "$(pg self)" ] && echo children share the group
sleep 20 & p=$!
[ "$(pg $p)" = "$(pg $$)" ] && [ "$(sid $p)" = "$(sid $$)" ] && echo background jobs too
kill $p; wait $p 2>/dev/null
setsid sh -c '[ "$(cut -d" " -f6 /proc/$$/stat)" = $$ ] && [ "$(cut -d" " -f5 /proc/$$/stat)" = $$ ] && echo leads a session and a group'
setsid sh -c 'trap "echo leader got TERM" TERM; sleep 20 & sleep 20 & sleep 0.2; kill -TERM 0; wait; wait; echo all ended' 2>/dev/null
setsid sh -c 'sleep 20 & sleep 20 & echo $$ >group; wait' & s=$!; sleep 0.2; g=$(cat group)
kill -0 -$g && echo group exists; kill -KILL -$g
wait $s 2>/dev/null; echo "leader: $?"; sleep 0.1
kill -0 -$g 2>/dev/null; echo "group is gone: $?"
kill -TERM -99999 2>/dev/null; echo "no such group: $?"
setsid sh -c 'kill -STOP $$; echo continued' & s=$!; sleep 0.2; kill -CONT -$s; wait $s; echo $?
trap 'echo whole group gets USR1' USR1; sh -c 'trap : USR1; kill -USR1 0'; echo end
trap - TERM; sh -c 'kill -TERM 0'; echo "not reached: the signal was for us, too"
