# SPDX-License-Identifier: MPL-2.0
#
# grep: patterns, options, counts, context, several files, statuses.
printf 'apple\nBanana\ncherry pie\napple pie\n\ndate.x\n' >f1; printf 'apple\nfig\n' >f2
grep apple f1; grep -v apple f1; grep -c apple f1 f2; grep -n pie f1; grep -i banana f1
grep -l fig f1 f2; grep -L fig f1 f2; grep -h apple f1 f2; grep apple f1 f2
grep -w pie f1; grep -x apple f1; grep -F . f1; grep -E 'a(pp|t)' f1; grep -e fig -e date f1 f2
grep '^$' f1 | wc -l; grep -o 'p[a-z]*' f1; grep '[[:upper:]]' f1
grep -A 1 -n cherry f1; grep -B 1 cherry f1; grep -C 1 cherry f1
grep -q apple f1; echo $?; grep -q zebra f1; echo $?; grep x missing; echo $?; grep -s x missing; echo $?
grep -m 1 apple f1; printf 'pie\nfig\n' >pats; grep -f pats f1 f2
mkdir -p d/e; echo deep >d/e/f; grep -r deep d; echo 'a+b' | grep 'a+b'; echo aab | grep -E 'a+b'
echo abcabc | grep '\(abc\)\1'; echo x | egrep 'x{1}'; echo 'x{1}' | fgrep 'x{1}'
grep -z x /dev/null; echo $?; grep '\(' f1; echo "bad pattern: $?"
seq 20000 | grep -c 7; seq 3000 | grep -E '^(1|2).*9$' | md5sum
