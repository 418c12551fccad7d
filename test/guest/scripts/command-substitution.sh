# SPDX-License-Identifier: MPL-2.0
#
# Command substitution: nesting, newlines, quoting, status, size.
echo "$(echo a; echo b)" $(echo a; echo b)
echo "$(echo "$(echo "deep $(echo deeper)")")"
echo `echo \`echo old nested\``
x=$(printf 'trail\n\n\n'); echo "<$x>"
x=$(exit 4); echo $?
x=$(false) y=$(true); echo $?
echo "$(exit 3)$?"
echo "$(cat <<EOF
in here-document
EOF
)"
big=$(seq 1 30000); echo ${#big}
n=$(($(echo 3) + $(echo 4))); echo $n
set -- $(echo 1 2 3); echo $#
set -- "$(echo 1 2 3)"; echo $#
echo "$(echo 'single "double" quotes')"
f=$(mktemp -u /tmp/x.XXXXXX); echo ${#f}
echo $(<missing) "status $?" 2>&1
echo hello >in; echo "$(cat in)" "$(cat <in)"
$(echo echo from words)
$(true); echo "empty command: $?"
$(false); echo "empty command: $?"
