# SPDX-License-Identifier: MPL-2.0
#
# bc and dc: arbitrary precision, scale, bases, functions, errors.
cat >p.bc <<'X'
scale=20; 1/3; sqrt(2); 2^100; 7%3; -7/2; scale=0; 10/3; ibase=16; FF; ibase=A; obase=2; 10; obase=16; 255; obase=10
define f(n) { if (n <= 1) return 1; return n * f(n - 1); }
f(30)
for (i = 0; i < 3; i++) i * i
a[3] = 7; a[3] + 1; x = 5; x += 2; x; while (x > 5) x -= 1; x
"text
"; length(12345); scale(1.234); 1 == 1; 2 < 1; !0
X
bc p.bc; echo '2^500' | bc
echo 'scale=50; 4*a(1)' | bc -l
echo 'e(1); l(2); s(1); c(1)' | bc -l; echo '1/0' | bc
echo 'f(' | bc 2>&1 | grep -c error
echo '12345678901234567890 * 98765432109876543210' | bc
dc -e '2 3 + p'; dc -e '10 k 1 3 / p'; dc -e '2 200 ^ p'
echo '5 1 [d*]sx 3 lxx p 17 5 ~ f' | dc
dc -e '16 i FF p A i 2 o 10 p'
dc -e '[la1+dsa5>x]sx 0sa lxx la p'
dc -e '0 0 /' 2>&1 | head -n 1; dc -e '9 v p 3 4 r f z p'
echo 'scale=100; sqrt(3)' | bc | tr -d '\\\n' | md5sum
