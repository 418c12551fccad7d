# SPDX-License-Identifier: MPL-2.0
#
# Redirections: truncate, append, order of duplication, read-write, noclobber.
echo one >file; echo two >>file; cat file
echo lost >file; cat <file
{ echo out; echo err >&2; } >both 2>&1; cat both
{ echo out; echo err >&2; } 2>&1 >only_out | sed 's/^/pipe: /'
cat only_out
echo to_stderr >&2
>empty; wc -c <empty
echo abcdef >rw; { head -c 2 >/dev/null; printf XY; } <rw 1<>rw; cat rw
set -C
echo clobber >file; echo "noclobber: $?"
echo forced >|file; cat file
set +C
cat <missing; echo "missing input: $?"
echo x >/nonexistent/file; echo "no directory: $?"
echo x >/; echo "directory: $?"
echo "full: $(echo data 2>&1 >/dev/full; echo $?)"
: >"a b"; ls
