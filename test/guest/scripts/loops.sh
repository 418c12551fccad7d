# SPDX-License-Identifier: MPL-2.0
#
# for, while, until, break and continue with levels, redirected loops.
for i in 1 2 3; do printf '%s ' $i; done; echo
for i in; do echo never; done; echo "empty: $?"
set -- p q; for a; do printf '%s,' "$a"; done; echo
i=0; while [ $i -lt 3 ]; do i=$((i + 1)); echo "w$i"; done
until [ $i -eq 0 ]; do i=$((i - 1)); printf "u$i "; done; echo
for i in 1 2 3 4 5; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo "i$i"; done
for a in 1 2; do for b in x y; do [ $b = y ] && continue 2; echo $a$b; done; done
for a in 1 2; do for b in x y; do break 2; done; done; echo "left both at $a$b"
while read a b; do echo "$b-$a"; done <<X
1 one
2 two words
X
for i in $(seq 3); do echo $i; done >file; cat file
seq 5 | while read n; do [ $n = 3 ] && break; echo "n$n"; done
n=0; while :; do n=$((n + 1)); [ $n -ge 500 ] && break; done; echo $n
for f in a b; do echo $f; done | tr ab xy
while false; do :; done; echo "never ran: $?"
for i in a b; do (exit 3); done; echo "last body: $?"
