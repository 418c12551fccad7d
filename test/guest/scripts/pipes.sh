# SPDX-License-Identifier: MPL-2.0
#
# Pipes: order, status of the last command, long chains.
echo hello | cat
printf 'c\na\nb\n' | sort | tr a-z A-Z | rev
false | true; echo "last decides: $?"
true | false; echo "last decides: $?"
! true | false; echo "negated: $?"
seq 1 1000 | cat | cat | cat | cat | cat | wc -l
seq 1 100000 | head -n 2
echo "after early close: $?"
echo err 2>&1 >/dev/null | cat
ls /nonexistent 2>&1 | sed 's/^/piped: /'
x=outer; echo inner | read x; echo "x=$x"
set -o pipefail
false | true; echo "pipefail: $?"
(exit 3) | (exit 5) | true; echo "rightmost failure: $?"
