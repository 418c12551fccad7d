# SPDX-License-Identifier: MPL-2.0
#
# Locks by links, mkdir and noclobber: counters that many processes raise, atomic appends, stale locks.
set -C; echo a >l; (echo b >l) 2>/dev/null; echo $?; cat l; echo c >|l; cat l; set +C
echo 0 >count; add() { i=0; while [ $i -lt 10 ]; do until mkdir lock 2>/dev/null; do sleep 0.01; done; read n <count; echo $((n + 1)) >count; rmdir lock; i=$((i + 1)); done; }
add & add & add & add & wait; cat count; ls lock 2>/dev/null
echo 0 >count; raise() { i=0; while [ $i -lt 10 ]; do : >my$1; until ln my$1 the.lock 2>/dev/null; do sleep 0.01; done; read n <count; echo $((n + 2)) >count; rm the.lock; i=$((i + 1)); done; }
raise 1 & raise 2 & raise 3 & wait; cat count; : >log
for p in a b c d e; do (for i in 1 2 3 4 5 6 7 8; do echo "$p line $i of a process that appends" >>log; done) & done; wait; wc -l <log; sort log | uniq | wc -l; awk 'NF != 8 {bad++} END {print bad + 0}' log
for p in a b c; do [ "$(grep "^$p" log | sort -c 2>&1)" = "" ] && echo "$p in order"; done
(trap 'rm -f pidfile' EXIT; echo $$ >pidfile; [ -s pidfile ] && echo running); [ -e pidfile ] || echo released
sh -c 'echo $$ >stale'; kill -0 $(cat stale) 2>/dev/null || echo stale; for i in 1 2 3 4 5; do (mv token mine$i 2>/dev/null && echo won >>winners) & done; : >token; wait; ls token mine* 2>/dev/null | wc -l
: >token; for i in 1 2 3 4 5 6; do (mv token mine$i 2>/dev/null && echo won >>winners) & done; wait; wc -l <winners | awk '{print ($1 == 1 || $1 == 2)}'; ls mine* | wc -l | awk '{print $1 >= 1}'
