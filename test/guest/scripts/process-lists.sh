# SPDX-License-Identifier: MPL-2.0
#
# ps, pidof, pgrep-like searches and killall: processes found by name, parents, signals by name.
cp /bin/busybox /tmp/busybox; cat >worker <<'X'
#!/bin/sh
trap 'echo hup >>log' HUP
trap 'echo term >>log; exit 0' TERM
echo ready >>log
while :; do sleep 0.05; done
X
chmod +x worker; : >log; await() { n=0; while [ "$(grep -c "$1" log)" -lt $2 ] && [ $n -lt 200 ]; do sleep 0.02; n=$((n + 1)); done; grep -c "$1" log; }
./worker & p=$!; await ready 1; pidof worker | tr ' ' '\n' | grep -qx $p; echo $?; ps | awk '$NF ~ /worker/ {print $NF}' | sort -u; ps -o pid,comm | awk -v p=$p '$1 == p {print $2}'; ps -o ppid,pid | awk -v p=$p '$2 == p {print $1}' | grep -qx $$; echo $?; ps -o pid,user,group,args | awk -v p=$p '$1 == p && /worker.*worker/ {print $2, $3, $4, $5}'
killall -HUP worker; await hup 1; killall -0 worker; echo $?; killall worker; await term 1; wait $p; echo $?; killall worker; echo $?; killall -q nosuch; echo $?; killall -l | tr ' ' '\n' | grep -cx TERM; pidof nosuch; echo $?; kill -l TERM; kill -l 1; killall -BOGUS x; echo $?
sh -c 'echo $PPID' | grep -qx $$; echo $?; sleep 20 & a=$!; sleep 21 & b=$!; sleep 0.2; ps -o args | grep -c '^sleep 2[01]'; kill $a $b; wait $a $b 2>/dev/null; ps -o args | grep -c '^sleep 2[01]'; ps | head -n 1; ps -T 2>/dev/null | head -n 1; sh -c 'sleep 0.05; exit 0' & wait; ps -o stat,comm | awk '$2 == "zombie"' | wc -l; echo end
