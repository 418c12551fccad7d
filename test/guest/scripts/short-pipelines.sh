# SPDX-License-Identifier: MPL-2.0
#
# What long-pipelines does, with fewer processes and bytes, so that it can run under many schedules.
chain() { if [ $1 -gt 0 ]; then cat | chain $(($1 - 1)); else cat; fi; }
seq 300 | chain 12 | md5sum; seq 300 | md5sum
seq 500 | sed 's/7/seven/' | grep -v 3 | tr 0-4 a-e | sort | uniq -c | awk '{n += $1} END {print n, NR}'
yes | head -n 3; yes abc | head -c 10; echo; seq 20000 | head -n 1; (yes; echo "yes: $?" >&2) | head -n 1
(trap '' PIPE; yes 2>/dev/null; echo "yes with SIGPIPE ignored: $?" >&2) | head -n 1
false | true; echo $?; true | false; echo $?; (set -o pipefail; false | true; echo $?; sh -c 'exit 3' | sh -c 'exit 4' | true; echo $?)
{ echo a; echo b >&2; } 2>&1 | cat | sort; echo x | { read v; echo "got $v"; } ; echo y | read w; echo "[$w]"
(seq 3; sleep 0.1; seq 4 6) | cat | tail -n 2; (sleep 0.2; echo late) | (cat; echo after)
head -c 70000 /dev/zero | tee a b c | wc -c; wc -c a b c | tail -n 1; cmp a c && echo equal
seq 10 | tee /dev/stderr 2>err | wc -l; wc -l <err; mkfifo p q; cat p >q & sed 's/^/> /' <q & seq 3 >p; wait
seq 400 >big; cat big big | sort -n | uniq -d | wc -l; cat big | cat - big | wc -l; cat <big | (head -n 1 >/dev/null; cat) | tail -n 1
(echo first; exec 1>&-; echo lost 2>/dev/null; echo $? >&2) | cat; echo a | cat - nosuch; echo $?; : | cat | cat | wc -c
x=$(seq 100 | (sort -rn | (head -n 2; cat >/dev/null)) | tr '\n' ,); echo $x; echo | (sleep 0.05 | sleep 0.05 | echo end)
for i in 1 2 3 4; do eval "f$i() { sed s/$i/x/; }"; done; echo 1234 | f1 | f2 | f3 | f4
