# SPDX-License-Identifier: MPL-2.0
#
# Quoting: single, double, backslash, dollar-single, nesting, empty words, odd characters.
echo 'a "b" $c `d` \e'
a=1; echo "x\$a \"q\" \\ \` $a \n"
echo a\ b\	c\"d\'e \\
echo 'it'\''s' "it's"
printf '<%s>' '' "" "$unset" $unset 'a''b'"c"; echo
echo "a
b"
echo a\
b
echo $'tab\there\x41\101\n.'
echo "$(echo "inner \"quoted\"")" "${x:-"default word"}" "${x:-'kept'}"
echo '#not comment' a#b # comment
echo "!" ~ "~" a~ ~/x
eval 'echo "evaluated  spaces"'; eval echo 'two  spaces'
echo "${#a}" '${#a}' "\${a}"
set -- "a b" c; printf '%s,' "$@"; printf '%s,' "x$@y"; printf '%s,' $@; echo
printf '%s\n' "caf$(printf '\303\251')" | od -An -tx1
x='a   b'; echo $x "$x"; y=$x; echo "$y"
echo {a,b} [x] \{ "}" a=b
