# SPDX-License-Identifier: MPL-2.0
#
# What big-pipes does, with few bytes, so that it can run under many schedules: a full pipe, stages, writers, bytes in order.
seq 1 15000 | md5sum; head -c 150000 /dev/zero | wc -c
head -c 100000 /dev/zero | tr '\0' 'x' | cat | cat | md5sum
(seq 1 300; sleep 0.05; seq 301 600) | tail -n 1
seq 1 1000 | (sleep 0.2; sort -rn | head -n 2)
(for i in 1 2 3 4; do (seq 1 100 | sed "s/^/$i /") & done; wait) | wc -lc
i=0
while [ $i -lt 12 ]; do p="$p | cat"; i=$((i + 1)); done
eval "seq 1 400 $p | md5sum"
{ dd if=/dev/zero bs=65536 count=1; echo written >&2; } 2>&1 >full.pipe | grep written
wc -c <full.pipe; yes | head -c 80000 | md5sum
(sleep 0.1; echo late) | cat
{ sleep 0.1; echo unread; } | true; echo "reader left: $?"
seq 15000 | while read n; do [ $n = 3 ] && exit 7; done; echo $?
