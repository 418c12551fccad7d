# SPDX-License-Identifier: MPL-2.0
#
# head, tail and wc: lines, bytes, offsets, several files, errors.
seq 20 >f; seq 3 >g; printf 'no newline' >h
head f | wc -l; head -n 2 f; head -n -17 f; head -c 5 f
head -2 g; head -n 1 f g; head -q -n 1 f g
head -v -n 1 g
tail -n 2 f; tail -n +19 f; tail -c 4 f; tail -c +49 f
tail -n 1 f g; tail -q -n 1 f g; tail h; echo
tail -n 0 f; tail -5 f | head -n 1
wc f g h; wc -l f; wc -c <h; wc -w g; wc -L h; wc -m h; wc </dev/null; echo 'a b  c' | wc
head missing; echo $?; tail missing; echo $?; wc missing; echo $?; wc g missing; echo $?
seq 100000 | tail -n 1; seq 100000 | tail -c 12
yes | head -n 3; head -c 3 /dev/zero | wc -c
(head -n 1; cat) <f | wc -l
tail -f f >tailout & p=$!; sleep 0.2; echo added >>f
sleep 1.5; kill $p; wait $p 2>/dev/null
tail -n 1 tailout
