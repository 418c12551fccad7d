# SPDX-License-Identifier: MPL-2.0
#
# Redirections: order of several, closing, duplicating, appending, reading and writing, descriptors in loops and groups.
b() { echo out; echo err >&2; }; b >o 2>&1; cat o; b 2>&1 >o | sed 's/^/p:/'; cat o; b >o 2>e; cat o e; b >>o 2>>o; wc -l <o; { b; b; } >o 2>/dev/null; wc -l <o; b 3>&1 1>&2 2>&3 | sed 's/^/swapped:/' 2>/dev/null
exec 3>t; echo three >&3; exec 3>&-; echo x >&3; echo $?; cat t; exec 4<t 5<&4; read a <&5; echo $a; read c <&4; echo "[$c] $?"; exec 4<&- 5<&-; exec 6<>rw; echo written >&6; cat rw; exec 6<&-; exec 7>&1; echo to seven >&7; exec 7>&-
for i in 1 2 3; do echo $i; done >l; cat l; while read x; do echo "r$x"; read y && echo "s$y"; done <l; if true; then echo c; fi >o; case x in x) echo k; esac >>o; cat o; (echo s) >o; { echo g; } >>o; cat o; >empty; wc -c <empty; : >o 2>&1; <o cat; echo pre >o; 2>&1 echo mid >o; cat o; >o echo leading; cat o; echo a >o b; cat o
cat <nosuch; echo $?; echo x >/nosuch/y; echo $?; echo x >.; echo $?; { echo no; } <nosuch; echo $?; cat <l >l; wc -c <l; echo ok 2>&9; echo $?; echo x >&nofd 2>/dev/null; cat nofd 2>/dev/null; command exec 8</nosuch 2>/dev/null; echo $?
