# SPDX-License-Identifier: MPL-2.0
#
# Parameter expansion: defaults, lengths, prefixes, suffixes, substrings, replacement.
unset u; e=; v=value
echo "${u-d}" "${e-d}" "${v-d}" "${u:-d}" "${e:-d}" "${v:-d}"
echo "${u+s}" "${e+s}" "${v+s}" "${u:+s}" "${e:+s}" "${v:+s}"
echo "${new:=assigned}" "$new" ${#v} ${#e}
(: "${u:?is not set}"); echo $?
(: "${u?}"); echo $?
p=/usr/local/lib/file.tar.gz
echo "${p##*/}" "${p#*/}" "${p%.*}" "${p%%.*}" "${p%/*}"
echo "${p:5}" "${p:5:5}" "${p: -2}" "${p:0:4}"
echo "${p/l/L}" "${p//l/L}" "${p//\//:}" "${p/nothing/x}" "${p//[aeiou]/}"
set -- a 'b c' d
echo $# "$@" "$*" "${#}" "${2}" "${*%d}"
for x in "$@"; do printf '<%s>' "$x"; done; echo
for x in $*; do printf '<%s>' "$x"; done; echo
IFS=:; echo "$*"; unset IFS
shift; echo "$1" $#; shift 2; echo "[$1]" $#
shift 5; echo "too far: $?"
a=x; eval "b=\$$a"; x=indirect; eval "echo \$$a"
echo "${v%${v#?}}" "${v#"${v%?}"}"
echo "$((${#p} * 2))" "${p:$((1 + 1)):3}"
