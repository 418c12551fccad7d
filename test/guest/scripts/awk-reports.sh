# SPDX-License-Identifier: MPL-2.0
#
# awk programs: joins of two files, running totals, columns turned to rows, histograms, word counts.
cat >stock <<X
bolt 120 0.25
nut 340 0.10
washer 75 0.05
gear 12 14.50
X
cat >orders <<X
gear 3
nut 500
bolt 20
cog 1
nut 40
X
awk 'NR == FNR {have[$1] = $2; price[$1] = $3; next}
  !($1 in have) {print $1 ": unknown"; next}
  $2 > have[$1] {print $1 ": short by", $2 - have[$1]; next}
  {have[$1] -= $2; sum += $2 * price[$1]; printf "%-8s%4d%9.2f\n", $1, $2, $2 * price[$1]}
  END {printf "total %.2f\n", sum; for (k in have) print k, have[k] | "sort"}' stock orders
awk '{for (i = 1; i <= NF; i++) cell[NR, i] = $i; if (NF > w) w = NF}
  END {for (i = 1; i <= w; i++) {line = ""; for (r = 1; r <= NR; r++) line = line (r > 1 ? "|" : "") cell[r, i]; print line}}' stock
awk '{t += $2; print $1, t, t / NR}' orders
seq 100 | awk '{h[int($1 * $1 / 1000)]++} END {for (i = 0; i <= 10; i++) {s = ""; for (j = 0; j < h[i]; j++) s = s "#"; printf "%2d %s\n", i, s}}'
printf 'The cat and the dog and THE bird\n' | awk '{for (i = 1; i <= NF; i++) c[tolower($i)]++} END {for (w in c) print c[w], w}' | sort -rn -k1,1 -k2
awk 'BEGIN {while ((getline line < "stock") > 0) n += split(line, f); close("stock"); print n; getline line < "stock"; print line}'
awk -F'[ .]' '{print NF, $NF}' stock
awk '{ $2 = ""; print; print NF }' orders | head -n 4
awk 'function rev(s,  r, i) {for (i = length(s); i > 0; i--) r = r substr(s, i, 1); return r} {print rev($0)}' orders
awk 'BEGIN {x["a"] = 1; f(x); print x["a"], x["b"]} function f(t) {t["a"]++; t["b"] = "new"}'
awk 'BEGIN {printf "%s", ""; for (i = 32; i < 127; i++) printf "%c", i; print ""}' | awk '{gsub(/[^[:alnum:]]/, ""); print}'
awk 'BEGIN {s = "key=value; other = thing"; while (match(s, /[a-z]+ *= *[a-z]+/)) {print substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)}}'
