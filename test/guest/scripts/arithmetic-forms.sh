# SPDX-License-Identifier: MPL-2.0
#
# Shell arithmetic: all operators, bases, precedence, side effects, 64-bit limits, errors.
echo $((1 + 2 * 3)) $(((1 + 2) * 3)) $((7 / 2)) $((-7 / 2)) $((7 % 3)) $((-7 % 3)) $((2 ** 10))
echo $((0x1F)) $((017)) $((1 << 40)) $((-8 >> 1)) $((0xff & 0x0f)) $((1 | 6)) $((5 ^ 3)) $((~5)) $((!5)) $((!0))
echo $((1 < 2)) $((2 <= 2)) $((3 > 4)) $((1 == 1)) $((1 != 1)) $((1 && 0)) $((1 || 0)) $((0 || 0)) $((1 ? 2 : 3)) $((0 ? 2 : 1 ? 4 : 5))
x=5; echo $((x)) $(($x + 1)) $((x++)) $x $((++x)) $x $((x--)) $((--x)) $x
echo $((x += 3)) $((x -= 1)) $((x *= 2)) $((x /= 3)) $((x %= 3)) $((x <<= 4)) $((x |= 3)) $((x &= 6)) $((x ^= 5)) $((x >>= 1)) $x
echo $((9223372036854775807)) $((9223372036854775807 + 1)) $((-9223372036854775807 - 1)) $((4611686018427387904 * 2))
echo $((unset_one)) $((unset_two + 1)); e='1 + 1'; echo $((e * 2)) 2>&1; y=x; x=3; echo $((y))
echo $((a = 3, b = 4, a * b)); echo $a $b; echo $(( 1 +
2 ))
echo $((0 && (z = 9))) "[$z]" $((1 || (z = 9))) "[$z]"
(echo $((1 / 0))); echo $?; (echo $((5 % 0))); echo $?; (echo $((1 +))); echo $?; (echo $((08))); echo $?; (echo $((1 2))); echo $?
i=0; while [ $((i += 1)) -lt 5 ]; do printf '%d ' $i; done; echo
f() { if [ $1 -gt 1 ]; then echo $(($1 * $(f $(($1 - 1))))); else echo 1; fi; }; f 12
let q=4*5 2>/dev/null; echo $q; let 'q > 3'; echo $?; let 'q - 20'; echo $?
echo $((2#101)) $((16#ff)) $((36#z)) 2>&1; echo $(( (1<<62) + ((1<<62) - 1) ))
gcd() { a=$1; b=$2; while [ $b -ne 0 ]; do t=$((a % b)) ; a=$b ; b=$t ; done; echo $a; }; gcd 1071 462; gcd 1000000007 998244353
p=1; for i in $(seq 100); do p=$((p * 31 % 1000003)); done; echo $p; echo "$((1))$((2))" '$((3))' "\$((4))"
