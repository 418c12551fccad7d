# SPDX-License-Identifier: MPL-2.0
#
# Named pipes: readers and writers meet, end of file, several writers, a small server.
mkfifo p; echo through >p & cat p; wait
(echo one; echo two) >p & while read l; do echo "got $l"; done <p
wait
for i in 1 2 3; do echo $i >p & done; exec 3<p; n=0
while [ $n -lt 3 ]; do read x <&3 && n=$((n + 1)) && echo $x; done | sort
exec 3<&-; wait
mkfifo req rep
(while read a b; do [ "$a" = quit ] && break; echo $((a + b)) >rep; done <req) & exec 5>req
for i in 1 2 3; do echo "$i $((i * 10))" >&5; cat rep; done
echo quit >&5; exec 5>&-; wait; exec 4<>p
echo buffered >&4; read x <&4; echo $x; exec 4>&-
timeout 1 cat p; echo "no writer: $?"
seq 20000 >p & md5sum <p; wait; mkfifo p; echo $?
mkfifo -m 600 q; stat -c '%a %F' q
(sleep 0.1; cat p >/dev/null) & dd if=/dev/zero of=p bs=1k count=100 2>/dev/null; echo $?
wait
(trap '' PIPE; head -c 1 p >/dev/null & sleep 0.1; { echo a; sleep 0.2; echo b 2>&1; echo "status $?"; } 3>p >&3 2>err; cat err)
wait; rm p q req rep; ls
