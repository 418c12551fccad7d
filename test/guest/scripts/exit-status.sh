# SPDX-License-Identifier: MPL-2.0
#
# Exit statuses: truncation, not found, not executable, negation, lists, pipelines.
true; echo $?; false; echo $?
for n in 0 1 2 127 128 255 256 257; do sh -c "exit $n"; printf '%s ' $?; done; echo
sh -c 'exit -1'; echo $?
sh -c 'exit abc'; echo $?
nosuchcommand; echo $?
/no/such/path; echo $?
/tmp; echo $?
: >plain; ./plain; echo $?
sh nosuchscript; echo $?
sh -c 'nosuch || echo fallback'
! true; echo $?; ! false; echo $?
true && false || echo or
false || true && echo and
(exit 5) && echo no || echo "or after $?"
if false; then :; fi; echo "if without branch: $?"
sh -c 'true; exit'; echo $?
sh -c 'false; exit'; echo $?
sh -c 'kill -TERM $$'; echo $?
sh -c 'kill -KILL $$'; echo $?
sh -c 'kill -SEGV $$'; echo $?
eval 'exit_me() { return 9; }'; exit_me; echo $?
test; echo $?
sh -c 'syntax ( error'; echo $?
return 3 2>/dev/null; echo not reached?
