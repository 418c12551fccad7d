# SPDX-License-Identifier: MPL-2.0
#
# Computation in the shell: primes, greatest common divisor, Fibonacci, collatz, sorting, strings.
n=300; p=; i=2
while [ $i -le $n ]; do
  eval "c=\$c$i"
  if [ -z "$c" ]; then
    p="$p $i" j=$((i * i))
    while [ $j -le $n ]; do eval "c$j=1"; j=$((j + i)); done
  fi
  i=$((i + 1))
done
echo $p
gcd() { [ $2 = 0 ] && echo $1 || gcd $2 $(($1 % $2)); }
gcd 1071 462; gcd 123456 7890; a=0 b=1
while [ $b -gt 0 ]; do t=$((a + b)); a=$b b=$t; done
echo "overflowed after $a"; m=0
for s in 7 27 97; do x=$s c=0; while [ $x != 1 ]; do [ $((x % 2)) = 0 ] && x=$((x / 2)) || x=$((3 * x + 1)); c=$((c + 1)); done; echo "$s: $c"; done
set -- 5 3 9 1 7 2; sorted=
while [ $# -gt 0 ]; do
  min=$1
  for v; do [ $v -lt $min ] && min=$v; done
  sorted="$sorted $min" rest= removed=
  for v; do
    if [ $v = $min ] && [ -z "$removed" ]; then removed=1; else rest="$rest $v"; fi
  done
  set -- $rest
done
echo $sorted
s='a man a plan a canal panama'; r=
t=$(echo $s | tr -d ' ')
while [ "$t" ]; do r=${t%"${t#?}"}$r; t=${t#?}; done
[ "$r" = "$(echo $s | tr -d ' ')" ] && echo palindrome
hanoi() { [ $1 = 0 ] && return; hanoi $(($1 - 1)) $2 $4 $3; moves=$((moves + 1)); hanoi $(($1 - 1)) $4 $3 $2; }
moves=0; hanoi 8 a b c; echo $moves; x=1; i=0
while [ $i -lt 3000 ]; do x=$(((x * 1103515245 + 12345) & 0x7fffffff)); i=$((i + 1)); done
echo $x
for n in 1 4 9 14 40 1990 2024; do
  r= v=$n
  for p in 1000:M 900:CM 500:D 400:CD 100:C 90:XC 50:L 40:XL 10:X 9:IX 5:V 4:IV 1:I; do
    while [ $v -ge ${p%:*} ]; do r=$r${p#*:}; v=$((v - ${p%:*})); done
  done
  echo $n $r
done
