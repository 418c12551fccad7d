# SPDX-License-Identifier: MPL-2.0
#
# Functions: recursion, locals, return statuses, redefinition, unset, redirections on definitions, positional parameters.
f() { echo "f: $# $*"; }; f; f a 'b c'; f "$@"; set -- x y z; f "$@"; echo $1; g() { shift; echo $1; set -- new; echo $1; }; g 1 2; echo $1
fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }; fact 15; fib() { [ $1 -lt 2 ] && echo $1 && return; echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); }; fib 9; hanoi() { [ $1 -eq 0 ] && return; hanoi $(($1 - 1)) $2 $4 $3; n=$((n + 1)); hanoi $(($1 - 1)) $4 $3 $2; }; n=0; hanoi 8 a b c; echo $n
l() { local v=inner w; w=2; echo $v $w; m; }; m() { echo "m sees $v"; v=changed; }; v=outer; l; echo $v; r() { return 5; echo no; }; r; echo $?; r && echo yes || echo no; s() { false; return; }; s; echo $?; t() { (return 3); echo "in subshell $?"; (exit 4); }; t; echo $?
h() { echo out; echo err >&2; } 2>/dev/null; h; i() { cat; } <<X
bound to the definition
X
i; k() { read a; echo "[$a]"; }; echo piped | k; j() { echo old; j() { echo new; }; }; j; j; unset -f j; j 2>/dev/null; echo $?; echo() { command echo "wrapped: $*"; }; echo x; unset -f echo; echo y
x() for i in 1 2; do echo $i; done; x; y() if true; then echo if; fi; y; z() (cd /tmp; v=sub); z; pwd; echo $v; V=1 f; env_in() { sh -c 'echo "[$V]"'; }; V=7 env_in; echo "[$V]"; a() { b() { echo defined by a; }; }; a; b; type f 2>/dev/null | head -n 1; command -v f; loop() { while :; do return 9; done; }; loop; echo $?; brk() { break; }; for i in 1 2; do brk 2>/dev/null; echo $i; done; w() { trap 'echo exit trap' EXIT; }; (w; echo body); deep() { [ $1 -gt 0 ] && deep $(($1 - 1)) || echo bottom; }; deep 300; eval 'dyn() { echo dynamic $1; }'; dyn 1; nm=f; $nm by name; 'f' quoted; \f escaped; false; f "$?"
