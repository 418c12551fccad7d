# SPDX-License-Identifier: MPL-2.0
#
# tee: several files, append, closed pipes; yes ends by SIGPIPE.
echo one | tee a b; cat a b; echo two | tee -a a; cat a; echo x | tee /nonexistent/f; echo $?
seq 1000 | tee c | tail -n 1; wc -l <c; echo three | tee a >/dev/null; cat a
echo to stderr | tee /dev/stderr 2>e; cat e; seq 100000 | tee d | head -n 1; echo "status $?"
yes abc | head -n 2; yes | sed 3q | wc -l; (yes; echo "yes: $?" >&2) | head -n 1
(trap '' PIPE; yes; echo "ignored: $?" >&2) | head -n 1
: | tee empty; ls empty; tee </dev/null; echo $?
