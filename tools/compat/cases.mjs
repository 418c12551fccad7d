// SPDX-License-Identifier: MPL-2.0
//
// What `./aster compat` runs in a root of Debian packages. A case passes when it prints what
// the same programs of the same root printed on Linux (expected.json). Each runs in a fresh guest.

import { createRequire } from "node:module";
import { dirname } from "node:path";

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
  ["test_re", "test_zlib", "test_hashlib", "test_csv", "test_mmap", "test_time"],
];

/** Modules that are known not to pass, and why; they are listed, not run. */
export const PYTHON_EXPECTED_FAILURES = [
  [
    "test_asyncio, test_concurrent_futures, test_eintr, test_epoll, test_os, test_pathlib, test_signal, test_stat",
    "make sockets with socket(2), which the kernel does not have yet",
  ],
];
