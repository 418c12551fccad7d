# SPDX-License-Identifier: MPL-2.0
#
# Descriptors: duplicating, moving, swapping stdout and stderr, closing, what a child sees.
{ echo out; echo err >&2; } 3>&1 1>&2 2>&3 | sed 's/^/swapped: /'
{ { echo a >&3; echo b; } | sed 's/^/piped: /'; } 3>&1
exec 3>f; ls -l /proc/self/fd/3 | sed 's/.*-> //'; exec 3>&-
sh -c 'echo x >&7'; echo "not open: $?"
sh -c 'echo x >&7' 7>&1; echo "open: $?"
cat <&-; echo "closed stdin: $?"
echo x >&-; echo "closed stdout: $?"
exec 8<>both; echo 12345 >&8; exec 8<&-; exec 8<>both; read -n 2 x <&8; printf ab >&8; exec 8>&-; cat both
(echo one >&2) 2>&1 | wc -l
for fd in 3 4 5 6 7 8 9; do eval "exec $fd>f$fd"; eval "echo fd $fd >&$fd"; done; cat f3 f9
for fd in 3 4 5 6 7 8 9; do eval "exec $fd>&-"; done
echo via dev >/dev/stderr; echo via fd >/dev/fd/1; echo in | cat /dev/stdin
echo append >a; { echo 1; sh -c 'echo 2'; echo 3; } >>a; cat a
{ sleep 0.05; echo late; } 9>&1 >g 9>&- ; cat g
status=$( { { false; echo $? >&3; } | cat >/dev/null; } 3>&1 ); echo "smuggled $status"
ls /proc/self/fd | wc -l
