# SPDX-License-Identifier: MPL-2.0
#
# Traps on EXIT: shell, subshell, replaced, reset, and the exit status they see.
trap 'echo "outer exit, status $?"' EXIT
(trap 'echo "inner exit, status $?"' EXIT; exit 4)
echo "subshell gave $?"
(trap 'exit 9' EXIT; exit 4); echo "overridden: $?"
(trap 'echo never' EXIT; trap - EXIT; exit 2); echo "reset: $?"
sh -c 'trap "echo bye" 0; trap'
sh -c 'trap "echo one" EXIT; trap "echo two" EXIT'
sh -c 'trap "echo trapped" EXIT; exec true'
sh -c 'trap "echo on error" EXIT; set -e; false; echo not reached'; echo "set -e: $?"
exit 7
