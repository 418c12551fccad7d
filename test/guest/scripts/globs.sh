# SPDX-License-Identifier: MPL-2.0
#
# Globs: star, question mark, classes, hidden files, quoting, no match, directories.
mkdir g; cd g
touch a b c ab abc .hidden 'with space' x1 x2 x10 A '[odd]' 'star*'
mkdir d1 d2; touch d1/f1 d1/f2 d2/f1
echo *
echo ?
echo [a-b]*
echo [!a-z]*
echo x?
echo x[0-9]
echo .h*
echo */f1
echo d?/*
echo nomatch*
echo "*" '*' \*
for f in *" "*; do echo "<$f>"; done
echo [[:upper:]]
echo '[odd]' \[*
set -f; echo *; set +f
pattern='x*'; echo $pattern "$pattern"
echo */
echo ./*.none
case star\* in star\*) echo literal star;; esac
