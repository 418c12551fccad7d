# SPDX-License-Identifier: MPL-2.0
#
# Traps during command substitution, functions and loops; a trap that signals again.
trap 'n=$((n + 1)); [ $n -lt 5 ] && kill -USR1 $$' USR1
n=0; kill -USR1 $$; echo "n=$n"
count=0
trap 'count=$((count + 1))' USR2
for i in 1 2 3 4 5 6 7 8 9 10; do kill -USR2 $$; done
echo "count=$count"
f() { trap 'echo set in function' HUP; }
f; kill -HUP $$
x=$(trap 'echo inside' TERM; sh -c 'kill $PPID' ; echo done); echo "$x"
false; trap 'echo "status is kept"' USR1; false; kill -USR1 $$; echo $?
false || { kill -USR1 $$; echo "or-list: $?"; }
