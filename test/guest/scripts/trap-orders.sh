# SPDX-License-Identifier: MPL-2.0
#
# Traps: pending while a command runs, reset in subshells, exit status kept, nested, during wait, listing.
trap 'echo usr1' USR1; kill -USR1 $$; echo after; trap; trap - USR1; trap
sh -c 'trap "echo exit \$?" EXIT; exit 7'; echo $?; sh -c 'trap "echo bye; exit 3" EXIT; exit 7'; echo $?; sh -c 'trap "echo t; false" EXIT; true'; echo $?
sh -c 'trap "echo got; exit 9" TERM; kill $$; echo not reached'; echo $?; sh -c 'trap "" TERM; kill $$; echo ignored'; sh -c 'trap "" TERM; sh -c "kill \$\$; echo inherited"'
sh -c 'trap "echo parent" USR1; (trap; kill -USR1 $$; sleep 0.05); echo end'; sh -c 'trap "echo x" EXIT; (echo in subshell)'; (trap 'echo sub exit' EXIT; echo body); echo main
trap 'echo alarm' ALRM; (sleep 0.1; kill -ALRM $$) & sleep 0.4; echo slept; wait
trap 'echo during wait' USR2; sleep 5 & p=$!; (sleep 0.1; kill -USR2 $$) & wait $p; echo "wait: $(($? > 128))"; kill $p; wait $p 2>/dev/null
n=0; trap 'n=$((n + 1))' USR1; i=0; while [ $i -lt 20 ]; do kill -USR1 $$; i=$((i + 1)); done; echo $n; trap 'trap "echo second" USR1; echo first' USR1; kill -USR1 $$; kill -USR1 $$; trap - USR1
f() { trap 'echo from f' USR1; kill -USR1 $$; return 4; }; f; echo $?; kill -USR1 $$; trap 'false; echo "status $?"' USR1; true; kill -USR1 $$; echo $?; trap 'echo a; kill -USR2 $$; echo b' USR1; trap 'echo nested' USR2; kill -USR1 $$
trap 'echo bad' NOSUCH; echo $?; trap 'echo bad' KILL; echo $?; trap '' 99; echo $?; trap - 0 1 2 15; trap 'echo hup' 1; kill -HUP $$; kill -1 $$
sh -c 'set -e; trap "echo trapped \$?" EXIT; false; echo no'; echo $?; sh -c 'trap "echo one" EXIT; trap "echo two" EXIT; exec true'; sh -c 'trap "echo q" QUIT TERM; for s in QUIT TERM; do kill -$s $$; done'
sh -c 'trap "echo pipe" PIPE; kill -PIPE $$; (trap - PIPE; yes) | head -n 1; echo end'; sh -c 'trap "rm -f lock; exit 1" INT TERM; : >lock; kill -INT $$; ls lock'; echo $?; ls lock
x=$(trap 'echo in substitution' EXIT; echo y); echo $x; sh -c 'trap "echo chld" CHLD; true & wait; echo w' | sort -u; eval 'trap "echo e" USR1'; (kill -USR1 $$); sleep 0.1; echo last
