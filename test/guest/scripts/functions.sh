# SPDX-License-Identifier: MPL-2.0
#
# Functions: arguments, local, return, recursion, redirection of a whole function.
add() { echo $(($1 + $2)); }; add 3 4
f() { local x=inner; y=global; echo "$x"; }; x=outer; f; echo "$x $y"
r() { return $1; }; r 5; echo $?; r 0 && echo zero
fact() { [ $1 -le 1 ] && echo 1 || echo $(($1 * $(fact $(($1 - 1))))); }; fact 10
depth() { if [ $1 -gt 0 ]; then depth $(($1 - 1)); else echo bottom; fi; }; depth 300
g() { echo out; echo err >&2; } >gout 2>&1; g; cat gout
h() { echo "$# args: $*"; set -- changed; echo $1; }; h a b c; echo "${1-none}"
outer() { inner() { echo inner of outer; }; }; outer; inner
unset -f inner; inner; echo "unset: $?"
echo() { printf 'mine: %s\n' "$*"; }; echo hi; command echo builtin; unset -f echo
ls() { command ls "$@" | tr a-z A-Z; }; ls; unset -f ls
v() { while [ $# -gt 0 ]; do printf '[%s]' "$1"; shift; done; echo; }; v one "two three" ''
k() { return 300; }; k; echo $?
type add | head -n 1
z() { false; }; z; echo $?
