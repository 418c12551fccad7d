# SPDX-License-Identifier: MPL-2.0
#
# Pipes that fill up: back pressure, many stages, many writers, bytes in order.
seq 1 200000 | md5sum; head -c 3000000 /dev/zero | wc -c
head -c 2000000 /dev/zero | tr '\0' 'x' | cat | cat | md5sum
(seq 1 5000; sleep 0.05; seq 5001 10000) | tail -n 1
seq 1 30000 | (sleep 0.2; sort -rn | head -n 2)
(for i in 1 2 3 4; do (seq 1 2000 | sed "s/^/$i /") & done; wait) | wc -lc
i=0
while [ $i -lt 40 ]; do p="$p | cat"; i=$((i + 1)); done
eval "seq 1 2000 $p | md5sum"
{ dd if=/dev/zero bs=65536 count=1; echo written >&2; } 2>&1 >full.pipe | grep written
wc -c <full.pipe; yes | head -c 1000000 | md5sum
(sleep 0.1; echo late) | cat
{ sleep 0.1; echo unread; } | true; echo "reader left: $?"
seq 100000 | while read n; do [ $n = 3 ] && exit 7; done; echo $?
tail -c 5 <<X | od -c
$(seq 1 10000)
X
