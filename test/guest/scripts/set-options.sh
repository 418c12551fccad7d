# SPDX-License-Identifier: MPL-2.0
#
# set -u, -x, -n, -f, -a, -v and their names.
sh -c 'set -u; echo $nope; echo no'; echo $?
sh -c 'set -u; echo ${nope-default}; echo $# "$@"; echo $1'; echo $?
sh -c 'set -x; a=1; echo "$a b"; : $(echo sub); [ 1 = 1 ]'
sh -c 'PS4="> "; set -x; for i in 1 2; do :; done; f() { :; }; f x'
sh -n -c 'echo not run; if'; echo $?
sh -c 'set -a; exported=yes; env | grep exported'
sh -c 'set -v; echo seen' 
sh -c 'set -f; echo /*; set +f; echo /et*'
sh -c 'echo $-' | tr -d s
sh -euf -c 'echo $-' | tr -d s
set -o | grep -E 'errexit|noglob|nounset|pipefail|noclobber'
set -o nosuch; echo "bad option: $?"
