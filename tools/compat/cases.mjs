// SPDX-License-Identifier: MPL-2.0
//
// What `./aster compat` runs in a root of Debian packages. A case passes when it prints what
// the same programs of the same root printed on Linux (expected.json). Each runs in a fresh guest.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Packages of the root. */
export const PACKAGES = [
  "bash",
  "coreutils",
  "diffutils",
  "findutils",
  "grep",
  "sed",
  "gawk",
  "tar",
  "gzip",
  "perl",
  "python3",
  "libpython3.11-testsuite",
  "lua5.4",
  "sqlite3",
  "git",
  "make",
  "gcc",
  "libc6-dev",
  "tcc",
  "vim",
  "bc",
  "bsdextrautils",
  "bsdutils",
  "bzip2",
  "dash",
  "emacs-nox",
  "expect",
  "fd-find",
  "file",
  "guile-3.0",
  "jq",
  "mount",
  "nano",
  "nodejs",
  "openssl",
  "parallel",
  "php-cli",
  "procps",
  "psmisc",
  "ripgrep",
  "rsync",
  "ruby",
  "screen",
  "socat",
  "tcl",
  "tmux",
  "util-linux",
  "xz-utils",
  "zsh",
  "zstd",
];

/**
 * `folder` of the host shows at /srv.
 * @typedef {{ program: string, what: string, version: string, run: string, seconds?: number, folder?: string }} Case
 */

/** esbuild's program for Linux, a static one in Go, as its npm package has it. */
const ESBUILD = dirname(
  createRequire(
    createRequire(new URL("../../packages/osdk/package.json", import.meta.url)).resolve("esbuild"),
  ).resolve("@esbuild/linux-x64/bin/esbuild"),
);

/** The compiler of TypeScript 7 with its libraries, a static program in Go, as its npm package has it. */
const TYPESCRIPT = join(
  dirname(
    createRequire(
      createRequire(new URL("../../package.json", import.meta.url)).resolve(
        "typescript/package.json",
      ),
    ).resolve("@typescript/typescript-linux-x64/package.json"),
  ),
  "lib",
);

/** @type {readonly Case[]} */
export const CASES = [
  {
    program: "bash",
    what: "arrays, regular expressions, process substitution, here-strings, coprocesses, job control",
    version: "bash --version | head -n 1",
    run: String.raw`
declare -A m=([a]=1 [b]=2); a=(x y z); echo "${"$"}{!m[@]} ${"$"}{m[b]} ${"$"}{#a[@]} ${"$"}{a[@]:1}" | tr ' ' '\n' | sort | tr '\n' ' '; echo
[[ foo123 =~ ([a-z]+)([0-9]+) ]] && echo "${"$"}{BASH_REMATCH[1]}-${"$"}{BASH_REMATCH[2]}"
diff <(seq 3) <(seq 2 4); read -r u v <<<"one two"; echo "$v $u"; printf '%q\n' "it's"; echo {1..5} {a..c}1
coproc cat; echo through >&"${"$"}{COPROC[1]}"; read -r l <&"${"$"}{COPROC[0]}"; echo $l; kill $COPROC_PID; wait 2>/dev/null
f() { local -n r=$1; r=set; }; f g; echo $g; (set -o pipefail; false | true; echo $?); trap 'echo bye' EXIT; sleep 0.1 & wait $!; echo $?`,
  },
  {
    program: "coreutils",
    what: "sort, join, comm, split, shuf, numfmt, sha256sum, stat, install, timeout, tee, od, factor",
    version: "ls --version | head -n 1",
    run: String.raw`
seq 5000 | sort -R | sort -n --parallel=2 | sha256sum | cut -c 1-16; seq 10 | split -l 4 - p.; cat p.?? | wc -l; comm -12 <(seq 5) <(seq 3 9) | paste -sd,
join <(printf 'a 1\nb 2\n') <(printf 'a x\nb y\n'); numfmt --to=iec 1048576; factor 1234567890; install -D -m 640 /etc/hostname d/e/f 2>/dev/null || install -D -m 640 /etc/passwd d/e/f; stat -c '%a %F' d/e/f
timeout 0.2 sleep 5; echo $?; echo abc | tee x y | od -An -c; cmp x y && echo same; date -u -d @86400 +%F; ls -l --time-style=+%Y x | awk '{print $1, $5}'; truncate -s 1M s; du -k s | cut -f 1; tac x; base64 <x; cp -a --reflink=auto d d2 && ls -R d2 | tail -n 1`,
  },
  {
    program: "findutils",
    what: "find with -exec +, -newer, -size, -printf, -delete; xargs -P",
    version: "find --version | head -n 1",
    run: String.raw`mkdir -p t/{a,b}/{c,d}; touch t/a/c/{1..5}; head -c 3000 /dev/zero >t/b/big; ln -s big t/b/l
find t -type f -size +2k -printf '%f %s\n'; find t -type f -name '[135]' -exec echo {} + | wc -w; find t -depth -type d -empty | sort; find t -type l -printf '%l\n'; find t -name '[2-4]' -delete; find t -type f | wc -l; seq 20 | xargs -P 4 -n 3 echo | wc -w`,
  },
  {
    program: "grep",
    what: "basic, extended and Perl patterns, recursion, contexts, binary files",
    version: "grep --version | head -n 1",
    run: String.raw`printf 'alpha 1\nbeta 22\ngamma 333\n' >f; grep -E '[0-9]{2,}' f; grep -oP '\d+(?=3$)' f; grep -c . f; grep -rn beta . ; grep -v -A1 alpha f | tail -n 1; printf 'a\0b\n' >b; grep -c a b; grep -q zeta f; echo $?`,
  },
  {
    program: "sed",
    what: "in-place edits, hold space, -z, -E, labels",
    version: "sed --version | head -n 1",
    run: String.raw`seq 5 >f; sed -i.bak '2d;s/4/four/' f; cat f; sed -n '1!G;h;$p' f | tr '\n' ' '; echo; sed -z 's/\n/,/g' f; echo; sed -E ':a;s/^([0-9]+)([0-9]{3})/\1,\2/;ta' <<<1234567; sed = f.bak | sed 'N;s/\n/:/' | tail -n 1; seq 10 | sed -n '3~4p' | paste -sd' '`,
  },
  {
    program: "gawk",
    what: "arrays of arrays, sorted loops, gensub, time functions, two-way pipes, big numbers",
    version: "gawk --version | head -n 1",
    run: String.raw`gawk 'BEGIN {a["x"]["y"] = 5; print a["x"]["y"]; PROCINFO["sorted_in"] = "@ind_num_asc"; b[10]; b[9]; for (i in b) printf "%s ", i; print ""; print gensub(/(a)(b)/, "\\2\\1", "g", "abab"); print strftime("%F", 0, 1); cmd = "sort"; print "b\na" |& cmd; close(cmd, "to"); while ((cmd |& getline l) > 0) print l; printf "%.3f %d\n", atan2(0, -1), 2 ^ 53; print toupper(substr("hello", 2, 3)), length("héllo"), strtonum("0x1F")}' </dev/null`,
  },
  {
    program: "tar and gzip",
    what: "archives with links, modes, sparse files and owners; listed, compared, extracted; gzip -9 and back",
    version: "tar --version | head -n 1",
    run: String.raw`mkdir -p t/d; seq 10000 >t/n; ln t/n t/h; ln -s n t/s; truncate -s 1M t/sparse; chmod 4711 t/d
tar -czSf a.tgz t; tar -tzf a.tgz | sort | tr '\n' ' '; echo; mkdir o; tar -xzpf a.tgz -C o; cmp t/n o/t/n && [ o/t/n -ef o/t/h ] && readlink o/t/s; stat -c %a o/t/d; tar -dzf a.tgz && echo no difference; gzip -9 <t/n | gunzip | cmp - t/n && echo same; gzip -l a.tgz | wc -l; zcat a.tgz | wc -c | awk '{print ($1 > 50000)}'`,
  },
  {
    program: "perl",
    what: "hashes, regular expressions, sorting, fork and pipes, sprintf, packing, modules",
    version: "perl -e 'print \"perl $^V\\n\"'",
    run: String.raw`perl -MList::Util=sum,max -MPOSIX=floor -MData::Dumper -MFile::Temp=tempfile -e '
my %h = map { $_ => length } qw(one three five); print join(",", map {"$_=$h{$_}"} sort keys %h), "\n"; print sum(1..100), " ", max(3,9,2), " ", floor(-1.5), "\n";
(my $s = "2024-03-05") =~ s/(\d+)-(\d+)-(\d+)/$3.$2.$1/; print "$s\n"; pipe(R, W); if (my $p = fork) { close W; print <R>; waitpid $p, 0; print $? >> 8, "\n" } else { close R; print W "from the child\n"; close W; exit 3 }
my ($fh, $f) = tempfile(); print $fh "x" x 1000; close $fh; print -s $f, "\n"; print unpack("H*", pack("nC*", 258, 3, 4)), "\n"; $Data::Dumper::Terse = $Data::Dumper::Indent = 1; print Dumper([1, {a => 2}]); local $SIG{ALRM} = sub { print "alarm\n" }; alarm 1; select undef, undef, undef, 3; print sprintf("%.3e|%5s|%-5s|", 12345.678, "ab", "cd"), "\n"; eval { die "caught\n" }; print $@; print scalar(reverse "abc"), "\n"'`,
  },
  {
    program: "lua",
    what: "closures, coroutines, metatables, string patterns, integers and floats, files, popen",
    version: "lua5.4 -v",
    run: String.raw`lua5.4 -e 'local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) print(co(), co(), co()) print(("a=1, b=2"):gsub("(%w)=(%w)", "%2=%1")) print(7 // 2, 7 / 2, 2^53, math.maxinteger, 1e15) local t = setmetatable({}, {__index = function(_, k) return k .. "!" end}) print(t.x) local f = io.open("f", "w") f:write("line\n") f:close() for l in io.lines("f") do print(l) end print(io.popen("echo sub"):read("a")) print(select("#", table.unpack({1, nil, 3}, 1, 3))) print(string.format("%5.2f|%q", 3.14159, "a\nb")) print(pcall(error, "e"))'`,
  },
  {
    program: "sqlite3",
    what: "a database in WAL mode: two connections, a transaction, rollback, recursion, indexes, integrity check",
    version: "sqlite3 --version | cut -d' ' -f 1",
    run: String.raw`sqlite3 db 'PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, n REAL); CREATE INDEX i ON t(v);'
sqlite3 db "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5000) INSERT INTO t SELECT x, 'v' || (x % 97), x * 1.5 FROM c;"
(sqlite3 db "BEGIN IMMEDIATE; UPDATE t SET n = 0 WHERE id <= 10; SELECT count(*) FROM t WHERE n = 0; ROLLBACK;"); sqlite3 db 'SELECT count(*), sum(n), max(v) FROM t; SELECT v, count(*) FROM t GROUP BY v ORDER BY 2 DESC, 1 LIMIT 2; PRAGMA integrity_check; PRAGMA journal_mode;'
for i in 1 2 3 4; do sqlite3 -cmd '.timeout 20000' db "INSERT INTO t(v) VALUES('p$i')" & done; wait; sqlite3 db "SELECT count(*) FROM t WHERE v LIKE 'p%'"; ls db`,
  },
  {
    program: "git",
    what: "init, add, commit, branch, merge, log, diff, tag, gc, clone by file, push",
    version: "git --version",
    run: String.raw`export HOME=$PWD GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'; git config --global user.name T; git config --global user.email t@e; git config --global init.defaultBranch main; git config --global advice.detachedHead false
git init -q r; cd r; seq 100 >f; git add f; git commit -qm first; git checkout -qb side; sed -i 's/^50$/fifty/' f; git commit -qam second; git checkout -q main; echo g >g; git add g; git commit -qm third; git merge -q --no-edit side; git log --oneline --graph --format=%s | tr '\n' ';'; echo; git diff --stat HEAD~1 | tail -n 1; git tag v1; git gc -q; git fsck 2>&1 | grep -v dangling; git rev-parse HEAD | cut -c 1-10
cd ..; git clone -q file://$PWD/r c; cd c; git log --oneline | wc -l; echo more >>g; git commit -qam fourth; git push -q origin HEAD:refs/heads/pushed; cd ../r; git branch --list | wc -l; git show pushed:g; git status --short | wc -l; git blame -s f | sed -n 50p | awk '{print $NF}'`,
    seconds: 180,
  },
  {
    program: "make and tcc",
    what: "a program of two sources by make -j2, built by tcc, run, rebuilt after a touch",
    version: "make --version | head -n 1; tcc -v",
    run: String.raw`printf 'int twice(int x) { return 2 * x; }\n' >a.c; printf '#include <stdio.h>\nint twice(int);\nint main(void) { printf("%%d %%s\\n", twice(21), __FILE__); return 0; }\n' >main.c
printf 'CC = tcc\nprog: main.o a.o\n\t$(CC) -o $@ $^\n%%.o: %%.c\n\t$(CC) -c -o $@ $<\n' >Makefile; make -s -j2; ./prog; make -q && echo up to date; sleep 1; touch a.c; make -n | wc -l; make -s; ./prog; make nothing 2>&1 | tail -n 1; tcc -run main.c a.c`,
  },
  {
    program: "gcc",
    what: "compiles with -O2 and links a program with threads and mathematics; runs it",
    version: "gcc --version | head -n 1",
    run: String.raw`cat >p.c <<'X'
#include <math.h>
#include <pthread.h>
#include <stdio.h>
static void *work(void *sum) { double s = 0; for (int i = 1; i <= 100000; i++) s += sqrt(i); *(double *)sum = s; return NULL; }
int main(void) { pthread_t t[4]; double s[4]; for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, work, &s[i]); for (int i = 0; i < 4; i++) pthread_join(t[i], NULL); printf("%.3f %d\n", s[0], s[0] == s[3]); return 0; }
X
gcc -O2 -Wall -o p p.c -lm -pthread && ./p; gcc -O2 -S -o - p.c | grep -c sqrt | awk '{print ($1 > 0)}'; echo 'int main(void) { return x; }' | gcc -x c - 2>&1 | grep -c error:`,
    seconds: 600,
  },
  {
    program: "vim",
    what: "in batch: substitution, sorting, a macro, a filter, registers, writing",
    version: "vim --version | head -n 1",
    run: String.raw`printf 'pear\napple\nfig\n' >f; vim -es -u NONE -c '%s/p/P/g' -c 'sort' -c 'normal Goend' -c '2,3!tr a-z A-Z' -c 'normal ggyyGp' -c wq f; cat f; vim -es -u NONE -c 'let n = 6 * 7' -c 'put =n' -c 'wq' g; cat g`,
  },
  {
    program: "esbuild",
    what: "a static program in Go, from npm: bundles, minifies, maps, reports an error",
    version: "/srv/esbuild --version",
    run: String.raw`
printf 'import { twice } from "./b";
const list: number[] = [1, 2, 3];
console.log(list.map(twice));
' >a.ts
printf 'export function twice(n: number): number { return n * 2; }
export const unused = "gone";
' >b.ts
/srv/esbuild a.ts --bundle --minify --format=esm; /srv/esbuild a.ts --bundle --sourcemap --outdir=out --log-level=error; ls out; grep -c unused out/a.js; wc -l <out/a.js; echo 'let = = 1' | /srv/esbuild --loader=js 2>&1 | grep -c ERROR; for i in 1 2 3; do /srv/esbuild a.ts --bundle | cksum; done | sort -u | wc -l`,
    folder: ESBUILD,
  },
  {
    program: "tsc",
    what: "TypeScript 7, a static program in Go, from npm: checks and compiles two projects, again when one changed, reports errors",
    version: "/srv/tsc --version",
    run: String.raw`
mkdir -p lib app
printf '{ "compilerOptions": { "composite": true, "strict": true, "target": "es2022", "lib": ["es2022"], "skipLibCheck": true, "module": "nodenext", "outDir": "out", "types": [] } }' | tee lib/tsconfig.json | sed 's|} }$|}, "references": [{ "path": "../lib" }] }|' >app/tsconfig.json
printf 'export interface Shape { readonly sides: number; }
export const area = (shape: Shape, side: number): number => shape.sides * side;
' >lib/shape.ts
printf 'import { area, type Shape } from "../lib/shape.js";
const square: Shape = { sides: 4 };
enum Size { Small = 1, Large = 10 }
export const total: number = [Size.Small, Size.Large].map((side) => area(square, side)).reduce((a, b) => a + b, 0);
' >app/main.ts
/srv/tsc -b app --pretty false; echo $?; cat app/out/main.js lib/out/shape.d.ts; ls -a app/out lib/out
/srv/tsc -b app --verbose --pretty false | grep -c 'up to date'; sed -i 's/sides: number/sides: string/' lib/shape.ts; /srv/tsc -b app --pretty false; echo $?
echo 'let x: number = "s"' >e.ts; /srv/tsc --ignoreConfig --noEmit --pretty false --lib es5 --skipLibCheck e.ts; echo $?; /srv/tsc --nothing --pretty false; echo $?`,
    folder: TYPESCRIPT,
  },
  {
    program: "jq",
    what: "filters, slices, grouping, dates, an error",
    version: "jq --version",
    run: String.raw`echo '{"a":[1,2,{"b":"x"}],"c":null}' | jq -c '.a[2].b, (.a|length), keys, (.a[:2]|add), tojson'; seq 1000 | jq -s 'map(select(.%7==0))|length'; jq -n '[range(5)]|map(.*.)|@csv'; echo '[3,1,2]' | jq -c 'sort|reverse'; echo bad | jq . 2>&1; echo $?; jq -rn '"2015-03-05T23:51:47Z"|fromdate'`,
  },
  {
    program: "xz, zstd and bzip2",
    what: "with threads, there and back",
    version: "xz --version | head -n 1",
    run: String.raw`seq 50000 >f; xz -k -T2 f; xz -dc f.xz | cmp - f && echo same; zstd -q -19 -T2 f -o f.zst; zstd -dc f.zst | cmp - f && echo same; bzip2 -k f; bzip2 -dc f.bz2 | sha256sum; ls -l f.xz f.bz2 | awk '{print $5}'`,
  },
  {
    program: "openssl",
    what: "digests, ciphers, RSA and EC keys, signatures, certificates",
    version: "openssl version",
    run: String.raw`echo hello >f; for a in md5 sha1 sha256 sha512 sha3-256 blake2b512; do openssl dgst -r -$a f; done; openssl enc -aes-256-cbc -pbkdf2 -pass pass:k -in f -out e; openssl enc -d -aes-256-cbc -pbkdf2 -pass pass:k -in e; openssl genrsa -out k.pem 2048 2>/dev/null; openssl rsa -in k.pem -pubout -out p.pem 2>/dev/null; openssl dgst -sha256 -sign k.pem -out s f; openssl dgst -sha256 -verify p.pem -signature s f
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ek.pem -out c.pem -days 2 -subj /CN=t 2>/dev/null; openssl x509 -in c.pem -noout -subject; openssl verify -CAfile c.pem c.pem; openssl rand -hex 8 | wc -c; openssl prime 104729`,
  },
  {
    program: "rsync",
    what: "a local copy with links and times, a changed file, deletion, hard links to an older copy, holes",
    version: "rsync --version | head -n 1",
    run: String.raw`mkdir -p a/b; seq 1000 >a/b/n; ln -s n a/b/l; ln a/b/n a/h; chmod 600 a/b/n; touch -d 2020-01-01 a/b/n; rsync -aH a/ c/; diff -r a c && echo same; stat -c '%a %h %Y' c/b/n; echo more >>a/b/n; rsync -ai --checksum a/ c/ | grep '^>'; rm a/h; rsync -a --delete -v a/ c/ | grep deleting; rsync -a --link-dest=$PWD/c a/ d/; stat -c %h d/b/n; truncate -s 1M a/s; rsync -aS a/ c/; du -k c/s | cut -f 1`,
  },
  {
    program: "tmux",
    what: "a detached session: windows, panes, keys sent, what they show",
    version: "tmux -V",
    run: String.raw`export TERM=screen LANG=C.UTF-8; tmux -S s new-session -d -x 80 -y 24 cat; tmux -S s list-sessions -F '#{session_name} #{window_width}x#{window_height}'; tmux -S s send-keys 'hello there' Enter; sleep 1; tmux -S s capture-pane -p | head -n 2; tmux -S s split-window -d 'sleep 100'; tmux -S s list-panes -F '#{pane_width}x#{pane_height}'; tmux -S s new-window -d -n two 'echo in two; sleep 100'; sleep 1; tmux -S s capture-pane -p -t :two | head -n 1; tmux -S s kill-server; echo $?`,
  },
  {
    program: "screen",
    what: "a detached session: a command typed into it, a hard copy, its end",
    version: "screen --version",
    run: String.raw`export TERM=vt100 SCREENDIR=$PWD/sd; mkdir -m 700 sd; screen -dmS t -s /bin/sh; sleep 2; screen -ls | grep -c Detached; screen -S t -X stuff 'echo out$((40+2)) >r\n'; sleep 2; cat r; screen -S t -X hardcopy $PWD/h; sleep 1; grep -c 'echo out' h; screen -S t -X quit; sleep 1; screen -ls | grep -c Detached`,
  },
  {
    program: "dash and zsh",
    what: "functions, traps, arrays, qualified globs, pseudo-terminals of zpty, coprocesses",
    version: "zsh --version",
    run: String.raw`dash -c 'f() { local x=1; echo $x $#; }; f a b; set -- 1 2 3; shift; echo "$@"; trap "echo t" EXIT; (exit 3); echo $?; echo ${"$"}{X:-def} $(( 0x10 | 1 )); kill -l | head -n 1'; zsh -fc 'a=(3 1 2); print ${"$"}{(on)a}; typeset -A h; h=(k v); print $h[k]; setopt extendedglob; touch a1 b2 c3; print ^a*; print -l *(.om) | wc -l; zmodload zsh/zpty; zpty p cat; zpty -w p hi; zpty -r p l; print -r -- ${"$"}{l%$'"'\r\n'"'}; zpty -d p; repeat 2 print r; print $((2**0.5)); sleep 0.2 & wait; jobs; print {1..3}; [[ abc == (#b)(a)* ]] && print $match; print -P %~; zmodload zsh/stat; zstat +size a1; zmodload zsh/system; sysread -i 0 x <<< in; print $x; coproc cat; print -p through; read -p y; print $y'`,
  },
  {
    program: "tcl and expect",
    what: "big numbers, files, events, pipes; a spawned program",
    version: 'tclsh <<< "puts [info patchlevel]"',
    run: String.raw`tclsh <<'X'
puts [expr {2**70}]; set f [open t w]; puts $f data; close $f; puts [file size t]; puts [exec echo sub]; after 100 {set done 1}; vwait done; puts [lsort {b a c}]; set p [open "|cat" r+]; puts $p hi; flush $p; puts [gets $p]; close $p; puts [clock format 0 -gmt 1 -format %Y]; puts [catch {exec false}]
X
expect -c 'spawn cat; send "hi\r"; expect "hi"; puts "got"; send "\004"; expect eof; puts done' | tr -d '\r' | tail -n 2`,
  },
  {
    program: "ruby",
    what: "threads, fork and pipes, fibers, ractors, signals, terminals, sockets of AF_UNIX, timeouts",
    version: 'ruby --version | cut -d" " -f 1-2',
    run: String.raw`export LANG=C.UTF-8; ruby -e 'puts [3,1,2].sort.inspect; h={a: 1}; puts h.to_a.flatten.inspect; r,w=IO.pipe; pid=fork{ r.close; w.puts "child"; exit 3}; w.close; puts r.read; Process.wait pid; puts $?.exitstatus; t=4.times.map{|i| Thread.new{ Thread.pass; (1..20000).sum*i }}; puts t.map(&:value).inspect; q=Queue.new; Thread.new{ sleep 0.1; q<<1}; puts q.pop; puts (2**100); trap("USR1"){puts "sig"}; Process.kill("USR1",$$); sleep 0.1; puts IO.popen("echo x").read; require "json"; puts JSON.generate([1,nil,"é"]); require "timeout"; begin; Timeout.timeout(0.2){sleep 5}; rescue Timeout::Error; puts "late"; end; require "tempfile"; f=Tempfile.new("x"); f.write("abc"); f.close; puts File.size(f.path); require "pty"; PTY.spawn("echo tty; tty >/dev/null && echo yes"){|a,b,c| begin; puts a.read; rescue Errno::EIO; puts "eio"; end}; require "socket"; s=UNIXServer.new("u.sock"); th=Thread.new{ c=s.accept; c.puts c.gets.upcase; c.close}; c=UNIXSocket.new("u.sock"); c.puts "hey"; puts c.gets; puts Dir.glob("*").sort.inspect; f=Fiber.new{Fiber.yield 1; 2}; puts f.resume,f.resume; GC.start; puts ObjectSpace.count_objects[:TOTAL]>0; r=Ractor.new{ 5 }; puts r.take; puts Etc.getpwuid(0).name rescue puts "noetc"; File.open("lk","w"){|g| puts g.flock(File::LOCK_EX)}; puts Process.clock_gettime(Process::CLOCK_MONOTONIC)>0; io=IO.select([$stdin],nil,nil,0.1); puts ${"`"}uname -s${"`"}; puts Process.getrlimit(:NOFILE)[0]>0' 2>&1`,
  },
  {
    program: "php",
    what: "processes, generators, signals, locks, streams",
    version: "php8.2 --version | head -n 1",
    run: String.raw`php8.2 -r 'echo PHP_OS, "\n"; $a=[3,1,2]; sort($a); echo json_encode($a),"\n"; echo preg_replace("/(a)(b)/","$2$1","abab"),"\n"; $p=proc_open(["cat"],[["pipe","r"],["pipe","w"]],$pipes); fwrite($pipes[0],"through"); fclose($pipes[0]); echo stream_get_contents($pipes[1]),"\n"; echo proc_close($p),"\n"; $s=stream_socket_pair(STREAM_PF_UNIX,STREAM_SOCK_STREAM,0); fwrite($s[0],"x\n"); echo fgets($s[1]); function g(){ yield 1; yield 2;} foreach(g() as $v) echo $v; echo "\n"; file_put_contents("f","abc",LOCK_EX); echo filesize("f"),md5_file("f"),"\n"; echo date("Y",0),"\n"; usleep(1000); echo shell_exec("echo sh"); $pid=pcntl_fork(); if(!$pid){exit(4);} pcntl_waitpid($pid,$st); echo pcntl_wexitstatus($st),"\n"; pcntl_async_signals(true); pcntl_signal(SIGALRM,function(){echo "alarm\n";}); pcntl_alarm(1); sleep(3); for($i=0,$t=0;$i<300000;$i++)$t+=$i; echo $t,"\n"; class A{public function __construct(public int $x){}} echo (new A(5))->x,"\n"; echo PHP_INT_MAX,"\n";' 2>&1`,
  },
  {
    program: "node",
    what: "timers, files, workers, children, sockets of AF_UNIX, watches, WebAssembly, modules",
    version: "node --version",
    run: String.raw`node -e 'console.log([3,1,2].sort(), process.platform); const fs=require("fs"); fs.writeFileSync("f","abc"); console.log(fs.statSync("f").size); console.log(require("child_process").execSync("echo sub").toString().trim()); (async()=>{ console.log(await fs.promises.readFile("f","utf8")); const {Worker}=require("worker_threads"); const w=new Worker("require(\"worker_threads\").parentPort.postMessage(6*7)",{eval:true}); console.log(await new Promise(r=>w.on("message",r))); const c=require("crypto"); console.log(c.createHash("sha256").update("x").digest("hex").slice(0,16)); let s=0; for(let i=0;i<2e6;i++) s=(s+i*i)%1000003; console.log(s); console.log(require("zlib").gunzipSync(require("zlib").gzipSync("hello")).toString()); const net=require("net"); await new Promise(r=>{const sv=net.createServer(k=>{k.end("bye");sv.close(r)}).listen("sock",()=>net.connect("sock").on("data",d=>console.log(String(d))))}); const cp=require("child_process").spawn("cat"); cp.stdout.on("data",d=>console.log(String(d).trim())); cp.stdin.end("through\n"); console.log(await new Promise(r=>cp.on("close",r))); const m=await WebAssembly.instantiate(new Uint8Array([0,97,115,109,1,0,0,0,1,7,1,96,2,127,127,1,127,3,2,1,0,7,7,1,3,97,100,100,0,0,10,9,1,7,0,32,0,32,1,106,11])); console.log(m.instance.exports.add(2,3)); const keep=setInterval(()=>{},100); const u=new Promise(r=>process.on("SIGUSR2",r)); process.kill(process.pid,"SIGUSR2"); console.log(await u); const wt=new Promise(r=>{const w=fs.watch(".",(e,n)=>{w.close();r(e+" "+n)})}); setTimeout(()=>fs.writeFileSync("watched","1"),100); console.log(await wt); clearInterval(keep); process.exitCode=5 })()'; echo $?`,
    seconds: 600,
  },
  {
    program: "ripgrep and fd",
    what: "programs in Rust: threads that search and walk",
    version: "rg --version | head -n 1",
    run: String.raw`mkdir -p t/a; for i in 1 2 3 4 5 6 7 8; do seq $((i*1000)) >t/a/f$i; done; echo needle >>t/a/f3; rg -c needle t; rg --threads 4 -l '^99[0-9]$' t | sort | tail -n 2; rg --files t | wc -l; rg -U -o '998\n999' t/a/f1; rg -j1 --sort path -n '^777$' t | head -n 2; rg nothing t; echo $?; fdfind f3 t; fdfind -t f . t -x basename | sort | head -n 2; fdfind -j 4 -t d . t`,
  },
  {
    program: "procps and psmisc",
    what: "ps, top, free, vmstat, pgrep, watch, pmap, pstree, killall",
    version: "ps --version",
    run: String.raw`sleep 50 & p=$!; ps -o stat= -p $p; ps -o ppid= -p $p | awk -v a=$$ '{print $1==a}'; pgrep -c sleep; pkill sleep; wait $p 2>/dev/null; echo $?; top -b -n 1 | head -n 1 | cut -c 1-5; top -b -n 2 -d 0.2 | grep -c '^top'; free -m | awk '{print $1, NF}'; vmstat | awk 'NR>1{print NF}'; vmstat -d | head -n 1; uptime | grep -c 'load average'; TERM=vt100 timeout 1 watch -n 0.3 -t echo hi >/dev/null; echo $?; pmap $$ | tail -n 1 | awk '{print $1, NF}'; sysctl kernel.ostype; pwdx $$ | cut -d: -f 2; (sleep 60 & sleep 61 & wait) & sleep 0.5; pstree -A $$ | head -n 3 | wc -l; killall -0 sleep; echo $?; exec 8>held; fuser held 2>/dev/null | wc -w; killall -s TERM sleep; sleep 0.5; killall -q sleep; echo $?`,
  },
  {
    program: "util-linux",
    what: "flock, setsid, script, taskset, chrt, ionice, prlimit, ipcmk, fallocate, mount, setpriv",
    version: "mount --version",
    run: String.raw`flock f sh -c 'flock -n f true; echo $?'; exec 9>g; flock 9; flock -n g true; echo $?; setsid -w sh -c 'exit 3'; echo $?; script -qec 'tty >/dev/null && echo on a tty; stty size' /dev/null </dev/null | tr -d '\r'; taskset -c 0 echo pinned; chrt -f 5 sh -c 'chrt -p $$' | sed 's/pid [0-9]*/pid/'; chrt -i 0 echo idle; chrt -m | head -n 3; ionice -c 3 ionice; ionice -c 2 -n 3 ionice; prlimit --nofile=100:200 sh -c 'ulimit -Sn; ulimit -Hn'; nice -n 5 nice; ipcmk -M 1000 | cut -c 1-16; ipcmk -S 2 | cut -c 1-12; ipcmk -Q | cut -c 1-16; ipcs -m | awk 'NR>3 && NF{print $5,$6}'; ipcrm -a; ipcs -q | awk 'NR>3&&NF' | wc -l
column -t <<< 'a bb'; hexdump -C <<< hello; rev <<< abc; getopt -o ab: -l long -- -a -b x --long rest; fallocate -l 64K fa; stat -c '%s %b' fa; fallocate -p -o 0 -l 8K fa; stat -c '%b' fa; mkdir d; mount -t tmpfs -o size=1M,mode=700 t d && stat -f -c '%b' d && stat -c %a d; mount -o remount,ro d; touch d/x 2>&1; umount d; mkdir b; mount --bind /etc b; ls b | grep -c '^passwd$'; umount b; setpriv --reuid 1000 --clear-groups id -u; runuser -u nobody -- id -u`,
  },
  {
    program: "emacs and nano",
    what: "emacs in batch; nano on a terminal of script",
    version: "emacs --version | head -n 1",
    run: String.raw`export TERM=vt100; printf 'a\nb\n' >f; (sleep 2; printf X; sleep 0.5; printf '\017\r'; sleep 0.5; printf '\030') | script -qc 'stty rows 24 cols 80; nano -I f' /dev/null | wc -c | awk '{print ($1>500)}'; cat f; emacs --batch --eval '(progn (find-file "f") (goto-char (point-max)) (insert "end\n") (save-buffer) (princ (buffer-string)))' 2>/dev/null; emacs --batch --eval '(message "%s" (mapcar (lambda (x) (* x x)) (list 1 2 3)))' 2>&1; emacs --batch --eval '(princ (shell-command-to-string "echo sub"))'`,
  },
  {
    program: "socat, parallel, bc and guile",
    what: "a server on a socket of AF_UNIX, jobs beside each other, big numbers, threads of Scheme",
    version: "socat -V | sed -n 2p",
    run: String.raw`bc -l <<< 'scale=20; e(1); 2^100'; (socat UNIX-LISTEN:us,fork EXEC:rev &); sleep 1; echo abc | socat -t 2 - UNIX-CONNECT:us; parallel --will-cite -j 3 -k echo ::: a b c; guile -c '(display (expt 2 80)) (newline) (use-modules (ice-9 threads)) (display (join-thread (call-with-new-thread (lambda () 42)))) (newline) (display (par-map (lambda (x) (* x x)) (list 1 2 3)))' 2>/dev/null`,
  },
];

/** Modules of Python's own test suite; each group runs in one guest. */
export const PYTHON_GROUPS = [
  [
    "test_struct",
    "test_resource",
    "test_pwd",
    "test_grp",
    "test_pty",
    "test_openpty",
    "test_pipes",
    "test_largefile",
  ],
  [
    "test_fork1",
    "test_wait3",
    "test_wait4",
    "test_thread",
    "test_queue",
    "test_sched",
    "test_poll",
    "test_select",
  ],
  [
    "test_file",
    "test_fileio",
    "test_bufio",
    "test_memoryio",
    "test_posixpath",
    "test_glob",
    "test_shutil",
    "test_gzip",
  ],
  [
    "test_float",
    "test_int",
    "test_dict",
    "test_list",
    "test_sort",
    "test_marshal",
    "test_contextlib",
    "test_ctypes",
  ],
  ["test_fcntl"],
  ["test_posix", "test_stat", "test_tempfile", "test_selectors"],
  ["test_os", "test_signal"],
  ["test_pathlib", "test_threading"],
  ["test_io"],
  ["test_socket"],
  ["test_faulthandler"],
  ["test_re", "test_zlib", "test_hashlib", "test_csv", "test_mmap", "test_time"],
];

/**
 * Modules of which some tests are left out (`-i`), or only some are run (`-m`), and why.
 * @type {Readonly<Record<string, { arguments: readonly string[], left: string }>>}
 */
export const PYTHON_PARTS = {
  test_os: {
    arguments: ["-i", "TestSendfile"],
    left: "without `TestSendfile`, which connects over the network",
  },
  test_signal: {
    arguments: ["-i", "test_invalid_socket", "-i", "test_set_wakeup_fd_socket_result"],
    left: "without 2 tests that make sockets of the network",
  },
  test_socket: {
    arguments: [
      ...["-m", "TestUnixDomain", "-m", "TestLinuxAbstractNamespace", "-m", "BasicSocketPairTest"],
      ...["-m", "*UnixStream*", "-m", "*SCMRightsStream*", "-m", "SendRecvFdsTests"],
    ],
    left: "what is about AF_UNIX; the rest connects over the network",
  },
};

/** Modules that are not run, and why: they are listed. */
export const PYTHON_EXPECTED_FAILURES = [
  [
    "test_epoll",
    "each of its tests makes a socket of the network with socket(2), of which there is none",
  ],
  [
    "test_asyncio",
    "takes longer than a run may: of eight of its modules and a part of another 1676 tests passed in 18 minutes on a busy machine; the 97 that failed asked for the network, and one waits for it without end",
  ],
  [
    "test_eintr",
    "is one script of 24 tests, of which 1 listens on the network; 21 pass, 2 are skipped",
  ],
  [
    "test_subprocess",
    "takes 13 minutes on a busy machine: of 330 tests 297 passed, 32 were skipped, and one failed that gives a child three seconds to start Python",
  ],
  [
    "test_multiprocessing_fork",
    "takes longer than a run may: in 15 minutes on a busy machine 214 tests passed, 14 were skipped, and 9 asked for the network",
  ],
  [
    "test_multiprocessing_spawn, test_concurrent_futures",
    "take longer than a run may: each of their tests starts Python several times",
  ],
];
