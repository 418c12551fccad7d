# SPDX-License-Identifier: MPL-2.0
#
# Standard input with bytes: read line by line, by a child, the rest by another, binary at the end.
read first; echo "first: $first"; IFS=, read a b c
echo "$a|$b|$c"; dd bs=1 count=8 2>/dev/null
while read -r l; do [ "$l" = END ] && break; echo "loop: $l"; done
sh -c 'read x; echo "child: $x"'; read after
echo "after: $after"
n=$(dd bs=1 count=10 2>/dev/null); echo "ten: $n"
read -r rest; echo "rest of line: $rest"; od -c; cat; echo "at end: $?"
read none; echo "read: $?"
