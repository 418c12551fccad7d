# SPDX-License-Identifier: MPL-2.0
#
# A text through several programs: words counted, ranked, wrapped, indexed and searched; results by two ways agree.
i=0; while [ $i -lt 200 ]; do echo "line $i has the word w$((i % 17)) and the number $((i * i % 101))"; i=$((i + 1)); done >text
tr ' ' '\n' <text | sort | uniq -c | sort -k1,1nr -k2 | head -n 8 | awk '{print $1, $2}'; awk '{for (i = 1; i <= NF; i++) n[$i]++} END {for (w in n) print n[w], w}' text | sort -k1,1nr -k2 | head -n 8
grep -c 'w3 ' text; awk '/w3 /' text | wc -l; sed -n '/w3 /p' text | wc -l; fold -s -w 30 text | wc -l; tr -d '\n' <text | wc -c; wc text; awk '{print $NF}' text | sort -n | uniq | wc -l; sort -k8n text | head -n 3; cut -d' ' -f 6 text | sort -u | tr '\n' ' '; echo; awk '{a[$6] = a[$6] " " $2} END {for (w in a) print w ":" a[w]}' text | sort | head -n 3 | cut -c 1-30; rev text | cut -d' ' -f 1 | rev | paste -sd+ | bc; awk '{s += $NF} END {print s}' text; split=$(awk 'NR % 50 == 1 {f++} {print > "part" f} END {print f}' text); echo $split; cat part1 part2 part3 part4 | cmp - text && echo whole
