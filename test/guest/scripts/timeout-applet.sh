# SPDX-License-Identifier: MPL-2.0
#
# timeout: expiry, signals, exit statuses, commands that finish; sleep and usleep.
timeout 5 true; echo $?; timeout 5 sh -c 'exit 9'; echo $?
timeout 1 sleep 5; echo "expired: $?"
timeout -s KILL 1 sleep 5; echo "killed: $?"
timeout -k 1 1 sh -c 'trap "" TERM; while :; do sleep 0.05; done'; echo "second signal: $?"
timeout 1 sh -c 'while :; do :; done'; echo "busy loop: $?"
timeout 1 sh -c 'trap "echo got TERM; exit 3" TERM; while :; do sleep 0.05; done'; echo "handler: $?"
timeout 1 nosuch; echo $?; timeout; echo $?; timeout bad true; echo $?
timeout 5 cat <<X
stdin passes
X
sleep 0; echo $?; sleep 0.01 0.01; echo $?; sleep 0.02s; echo $?
sleep abc; echo $?; sleep; echo $?; usleep 1000; echo $?
