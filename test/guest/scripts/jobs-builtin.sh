# The builtins jobs, wait with job numbers, and kill with %.
sleep 20 & 
jobs | sed 's/+//'
kill %1; wait %1; echo "status $?"
sleep 20 & sleep 21 &
jobs | wc -l
kill %1 %2; wait; echo all gone
jobs
kill %9; echo "no job: $?"
kill -l 9; kill -l 15; kill -l 139
kill -0 $$ && echo alive
