# SPDX-License-Identifier: MPL-2.0
#
# Subshells and groups: isolation of variables, directory, traps, options, descriptors.
x=1; (x=2; cd /tmp; set -f; echo "inside $x $(pwd)"); echo "outside $x $(pwd)"
{ x=3; cd /; }; echo "group $x $PWD"; cd /root
(exit 12); echo $?
( ( (echo deep; exit 3); echo $?; exit 2); echo $?; exit 1); echo $?
(exec >file; echo hidden); echo visible; cat file
[ "$(sh -c 'echo $PPID')" != "" ] && echo has parent
(echo $$) | { read p; [ $p = $$ ] && echo 'same $$ in subshell'; }
f() { echo original; }; (f() { echo changed; }; f); f
(unset x; echo "${x-unset}"); echo "${x-unset}"
i=0; while [ $i -lt 200 ]; do (i=x; :) || break; i=$((i + 1)); done; echo "$i subshells"
(return 2>/dev/null); echo "after return"
(set -e; false; echo no); echo "errexit in subshell: $?"
umask 077; (umask 000); umask
