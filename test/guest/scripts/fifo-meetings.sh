# SPDX-License-Identifier: MPL-2.0
#
# FIFOs: opening waits, several writers, readers that leave, non-blocking opens, data kept in order, permissions.
mkfifo f; (echo one; echo two) >f & cat f; wait; mkfifo f 2>/dev/null; echo $?; mkfifo -m 600 g; stat -c '%a %F' f g
cat f >o & for i in 1 2 3; do echo w$i; done >f; wait; cat o; (exec 3<>f; echo self >&3; read x <&3; echo "got $x")
(sleep 0.1; echo late >f) & read v <f; echo $v; wait; (exec 4>f; echo a >&4; sleep 0.1; echo b >&4) & cat f; wait
for i in 1 2 3 4; do (for k in 1 2 3 4 5; do echo "$i-$k"; done >f) & done; n=0; exec 3<>f; while [ $n -lt 20 ]; do read x <&3; n=$((n + 1)); echo $x; done | sort | tr '\n' ' '; exec 3<&-; wait; echo
(head -n 1 f; echo "reader left") & (trap '' PIPE; exec 5>f; echo l1 >&5; wait; sleep 0.2; echo l2 >&5 2>/dev/null; echo "write: $?"); wait
timeout 0.2 cat f; echo "nobody writes: $?"; timeout 0.2 sh -c 'echo x >f'; echo "nobody reads: $?"; dd if=f of=o iflag=nonblock 2>/dev/null; echo $?; dd if=/etc/passwd of=f oflag=nonblock 2>&1 | head -n 1
[ -p f ] && [ ! -f f ] && echo is a fifo; cp -R f copy; stat -c %F copy; mv f h; (cat h &) ; echo moved >h; sleep 0.1; rm h; (cat g &); exec 6>g; rm g; echo unlinked >&6; exec 6>&-; sleep 0.1
mkfifo p; seq 30000 >p & awk '{s += $1} END {print s}' p; wait; (cat p | tr a-z A-Z) & echo upper >p; wait; ls -l p | cut -c 1-10; mkfifo /etc/passwd/x; echo $?; mkfifo a b c; ls [abc] | wc -l; tee p <p >/dev/null & echo round >p; sleep 0.1; kill $! 2>/dev/null; wait 2>/dev/null
