#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Records the traces that the tests of @aster/scml read, with the strace and the programs of Debian:
#   tools/scml-traces/record.sh [DIRECTORY]
# Each is named after the options it was made with, or after what the program does.
set -eu
out=${1:-$(dirname "$0")/../../packages/scml/test/traces}
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf 'one\ntwo\n' > lines

# One small program with each way of printing. The calls are the same, only their looks differ.
record() {
  name=$1
  shift
  env -i PATH=/usr/bin:/bin strace "$@" -o "$out/$name.strace" -- cat lines > /dev/null
}
record plain
record f -f
record y -y
record yy -yy
record t -t
record tt -tt
record ttt -ttt
record r -r
record r-t -r -t
record T -T
record v -v
record x -x
record xx -xx
record X-raw -X raw
record X-abbrev -X abbrev
record X-verbose -X verbose
record s4 -s 4
record n -n
record i -i
record k -k
record Y -f -Y
record dumps -e read=3 -e write=1
record all -f -tt -T -yy -v -x -n -i -s 16 -X verbose
record verbose-none -e verbose=none
record inject -e inject=close:error=EIO:when=1 -e inject=read:delay_enter=10
record a1 -a 1

# Several processes, signals, threads, interrupted and unfinished calls.
env -i PATH=/usr/bin:/bin strace -f -o "$out/pipeline.strace" -- sh -c 'cat lines | sort | wc -l' > /dev/null
env -i PATH=/usr/bin:/bin strace -f -o "$out/signals.strace" -- \
  sh -c 'trap : USR1; kill -USR1 $$; sleep 0.05 & wait; (kill -KILL $$) & sleep 1' > /dev/null 2>&1 || true
env -i PATH=/usr/bin:/bin strace -f -tt -T -o "$out/timeout.strace" -- timeout 0.1 sleep 5 || true
env -i PATH=/usr/bin:/bin strace -ff -o "$work/ff" -- sh -c 'cat lines | wc -l' > /dev/null
for file in "$work"/ff.*; do cat "$file"; done > "$out/ff.strace"
if command -v perl > /dev/null; then
  env -i PATH=/usr/bin:/bin strace -f -yy -o "$out/network.strace" -- perl -MIO::Socket::INET -e '
    $s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1"); $p = $s->sockport;
    if (!fork) { $c = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$p"); print $c "hi\n"; exit }
    $a = $s->accept; <$a>; wait' || true
  # Loading perl itself says little about sockets.
  grep -nE 'socket|bind|listen|accept|connect|getsockname|sockopt|clone|fork|wait|read\(|write\(|resumed|unfinished|\+\+\+|---|close' \
    "$out/network.strace" | tail -n 60 | cut -d: -f2- > "$work/network" && mv "$work/network" "$out/network.strace"
fi
gzip -9nc "$out/plain.strace" > "$out/plain.strace.gz"
wc -c "$out"/* | tail -n 1
