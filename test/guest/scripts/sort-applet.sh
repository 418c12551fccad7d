# SPDX-License-Identifier: MPL-2.0
#
# sort: numeric, reverse, keys, unique, stable, check, general numbers, large inputs.
printf 'b 2\na 10\nc 1\na 9\n' >f
sort f; sort -r f; sort -k2 f; sort -k2n f; sort -k1,1 -k2,2nr f; sort -t' ' -k2,2n f; sort -s -k1,1 f
printf '3\n10\n2\n2\n' | sort -n
printf '3\n10\n2\n2\n' | sort -nu
printf 'x\nX\ny\n' | sort -f
printf 'b\na\nb\n' | sort -u
sort -c f; echo $?; sort f | sort -c; echo $?; sort -o out f; cat out; sort -o f f; cat f
printf '1K\n2M\n512\n' | sort -h; printf 'Feb\nJan\nDec\n' | sort -M; printf '1.10\n1.9\n1.2\n' | sort -V
printf 'a:3:x\nb:1:y\n' | sort -t: -k2
printf ' b\na\n' | sort; printf ' b\na\n' | sort -b
printf '1e3\n20\n' | sort -g
printf 'z\0a\0' | sort -z | tr '\0' ' '; echo; sort missing; echo $?; sort </dev/null; echo $?
seq 20000 | awk '{print ($1 * 7919) % 20011}' | sort -n | md5sum
seq 5000 | sort -r | head -n 3
seq 3000 | sort | tail -n 2
printf 'one\ntwo' | sort; sort f out -m | head -n 3; printf -- '-5\n3\n-10\n0\n' | sort -n
