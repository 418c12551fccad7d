# SPDX-License-Identifier: MPL-2.0
#
# timeout, usleep, sleep forms and time: statuses, signals sent, kept terminal state, children left behind.
timeout 5 true; echo $?; timeout 5 sh -c 'exit 7'; echo $?; timeout 0.1 sleep 5 2>/dev/null; echo $?; timeout -s KILL 0.1 sleep 5 2>/dev/null; echo $?; timeout -s INT 0.1 sleep 5; echo $?; timeout -k 0.1 0.1 sh -c 'trap "" TERM; sleep 3; echo ignored' 2>/dev/null; echo $?; timeout 0.3 sh -c 'trap "echo caught; exit 3" TERM; while :; do sleep 0.05; done'; echo $?
timeout 1 nosuch; echo $?; timeout x true; echo $?; timeout 1; echo $?; timeout 0 sleep 0.05; echo $?; sleep 0; echo $?; sleep 0.05 0.05; echo $?; sleep 0.001s; sleep 1x; echo $?; sleep -1 2>/dev/null; echo $?; usleep 1000; echo $?; a=$(date +%s); sleep 1; b=$(date +%s); echo $((b - a >= 1))
time true 2>&1 | wc -l; (time sleep 0.1) 2>&1 | awk '/^real/ {print $1}'; (time sh -c 'exit 4') 2>/dev/null; echo $?; time -p true 2>&1 | cut -d' ' -f 1; echo data | timeout 5 cat; timeout 5 sh -c 'read x; echo $x' <<X
input
X
timeout 0.2 yes | head -c 4; echo; (sleep 0.5; echo bg) & timeout 3 sh -c 'wait; echo none'; wait; echo $?; times | wc -l; timeout 2 sh -c 'kill -9 $$' 2>/dev/null; echo $?; sh -c 'timeout 2 sh -c "kill -STOP \$\$; echo on" & sleep 0.2; kill -CONT %1 2>/dev/null; wait' >/dev/null 2>&1; echo end
