# SPDX-License-Identifier: MPL-2.0
#
# gzip, gunzip and zcat: round trips, levels, in place, tests, damaged input.
seq 5000 >f; cp f orig; gzip f; ls f*; gunzip f.gz
cmp f orig && echo same; gzip -c f >f.gz
cat f.gz | gunzip | md5sum; zcat f.gz | tail -n 1
gzip -1 <f | zcat | cmp - f && echo level 1
gzip -9 <f | zcat | cmp - f && echo level 9
: | gzip | zcat | wc -c; gzip -k f -f; ls f*
gzip -t f.gz; echo $?
head -c 300000 /dev/zero | gzip | wc -c | awk '{print ($1 < 1000)}'
gzip -d <f.gz | wc -l; printf 'a' | gzip -c | gunzip -c
echo
gzip -n <f | md5sum; cat f.gz f.gz | zcat | wc -l; (gzip -c orig; gzip -c f) >two.gz; zcat two.gz | md5sum
head -c 100 f.gz >cut.gz; zcat cut.gz >/dev/null; echo "cut: $?"
echo not gzip >bad.gz; gunzip bad.gz; echo "bad: $?"
gunzip missing.gz; echo "missing: $?"; zcat f; echo "plain: $?"
{ head -c 2000 f.gz; printf 'XXXX'; tail -c +2005 f.gz; } >damaged.gz
gzip -t damaged.gz 2>/dev/null; echo "damaged: $(($? != 0))"
gzip f; gunzip -f f.gz; ls
awk 'BEGIN {for (i = 0; i < 20000; i++) {s = (s * 1103515245 + 12345) % 2147483648; printf "%c", 33 + s % 90}}' >r
gzip -c r | zcat | cmp - r && echo random survives
