# SPDX-License-Identifier: MPL-2.0
#
# readonly, export, unset, environment of commands, type and command -v.
readonly r=1; (r=2; echo no); echo $?
(unset r; echo no); echo $?
export e=env; sh -c 'echo $e'; e=changed; sh -c 'echo $e'
unset e; sh -c 'echo [$e]'
n=local; sh -c 'echo [$n]'; n=temp sh -c 'echo [$n]'; echo $n
export -p | grep -v -E 'PWD|SHLVL|_='
env -i a=1 b=2 env | sort
env -u HOME sh -c 'echo [$HOME]'
command -v ls cd nosuch; echo $?
type cd if nosuch 2>&1
alias ll='echo aliased'; alias | grep ll; unalias ll
command echo plain; command nosuch; echo $?
(cd /nonexistent); echo $?; cd /tmp && pwd; cd - ; echo $OLDPWD
cd /usr/../etc/.; pwd; pwd -P; CDPATH=/usr; cd bin; cd /root
hash ls; umask; umask 027; umask -S; times | wc -l
expr "$SHLVL" : '[0-9]*$'
