# SPDX-License-Identifier: MPL-2.0
#
# renice: values, limits, inheritance, groups, bad input; taskset and ionice of a process.
ni() { cut -d' ' -f 18,19 /proc/${1:-self}/stat; }
sleep 30 & p=$!; renice -n 4 -p $p; echo $?; ni $p; renice -n 3 $p; ni $p; renice -n -20 $p; ni $p; renice 2 $p; ni $p; renice -n 100 $p; ni $p; renice -n -100 $p; ni $p
renice -n 1 99999999; echo $?; renice x $p 2>/dev/null; echo $?; setsid sh -c 'sleep 30 & renice -n 6 -g $$ >/dev/null; cut -d" " -f 19 /proc/$!/stat; kill $!'
sh -c 'renice -n 3 $$; cut -d" " -f 19 /proc/self/stat; (renice -n 2 $$; cut -d" " -f 19 /proc/self/stat) & wait; cut -d" " -f 19 /proc/self/stat'
taskset -p 1 $p | tail -n 1 | sed "s/$p/PID/"; taskset -p $p | sed "s/$p/PID/"; taskset 1 sh -c 'taskset -p $$' | sed 's/pid [0-9]*/pid N/'; grep Cpus_allowed_list /proc/$p/status; taskset -p 0 $p >/dev/null 2>&1; echo $?; taskset 1 nosuch; echo $?
ionice -p $p; ionice -c 2 -n 3 -p $p; ionice -p $p; ionice -c 3 sh -c 'ionice -p $$'; ionice -c 2 -n 7 ionice; ionice -c 1 -n 0 ionice; ionice -c 9 true; echo $?
sh -c 'ionice -c 2 -n 6 -p $$; ionice; (ionice); ionice & wait; exec ionice'; ionice -p 99999999; echo $?; kill $p; wait $p 2>/dev/null
