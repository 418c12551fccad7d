# SPDX-License-Identifier: MPL-2.0
#
# The builtins jobs, wait with job numbers, and kill with %.
sleep 20 & 
jobs | sed 's/+//'
kill %1; wait %1 2>/dev/null; echo "status $?"
sleep 20 & sleep 21 &
jobs | wc -l
kill %1 %2; wait 2>/dev/null; echo all gone
jobs >/dev/null; jobs | wc -l
kill %9; echo "no job: $?"
kill -l 9; kill -l 15; kill -l 139
kill -0 $$ && echo alive
