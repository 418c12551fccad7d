# SPDX-License-Identifier: MPL-2.0
#
# A realistic job: generate a log, then report on it with awk, sort, join by shell, sed and printf.
awk 'BEGIN {
  split("GET POST PUT", m); split("/ /about /api/users /api/items /static/app.js", u); split("200 200 200 301 404 500", c)
  s = 42
  for (i = 0; i < 2000; i++) {
    s = (s * 1103515245 + 12345) % 2147483648; a = int(s / 65536)
    printf "10.0.%d.%d %s %s %s %d\n", a % 4, a % 7, m[a % 3 + 1], u[a % 5 + 1], c[a % 6 + 1], a % 5000
  }
}' >log
wc -l <log; md5sum <log
cut -d' ' -f1 log | sort | uniq -c | sort -k1,1nr -k2 | head -n 3
awk '{n[$4]++; b[$4] += $5} END {for (k in n) printf "%s %d %.2f\n", k, n[k], b[k] / n[k]}' log | sort
grep -c ' 500 ' log
sed -n 's/^\([^ ]*\) POST \(.*\) 404 .*/\1 \2/p' log | sort -u | head -n 3
awk '$5 > max {max = $5; l = $0} END {print l}' log
while read ip method url code size; do
  case $code in 2*) ok=$((ok + 1));; 3*) moved=$((moved + 1));; *) bad=$((bad + 1));; esac
  total=$((total + size))
done <log
printf '%-8s %6d\n' ok $ok moved $moved bad $bad total $total
split_by() { awk -v f=$1 '{print > ("by." $f)}' log; }
split_by 2; wc -l by.* | sed 's/^ *//'
tar cf - by.GET by.PUT | gzip -9 | gunzip | tar tf -
diff by.GET by.POST | grep -c '^-'
for m in GET POST PUT; do printf "$m "; cut -d' ' -f5 by.$m | sort -n | awk '{a[NR] = $1} END {print a[int(NR / 2)]}'; done
sort -k3,3 -k5,5nr log | awk '!seen[$3]++' | cut -d' ' -f3,5
