# SPDX-License-Identifier: MPL-2.0
#
# Ways to start the shell: -c, -s, script files, positional parameters, $0, $$, $PPID, options.
sh -c 'echo "$0 $# $1"' name one two; sh -c 'echo "$0"'
echo 'echo "from stdin: $0 $#"' | sh
echo 'echo "args: $*"' | sh -s a 'b c'
printf 'echo "file: $0 $1"\n' >s; sh s arg; sh ./s
sh -e -u s x; sh -c 'exit 3'; echo $?
sh -x -c ': traced'; sh --nosuch; echo $?; sh -c; echo $?
sh -c ''; echo $?; echo exit 4 | sh; echo $?
printf 'cat\nthis line is data for cat\n' | sh
printf 'read x\nvalue\necho "got $x"\n' | sh
sh -c 'echo $#; shift; echo $1' x 1 2 3
sh -c 'set -- a b; echo $2; set --; echo $#'
ash -c 'echo ash'; busybox sh -c 'echo applet'
busybox nosuch; echo $?; busybox echo direct
ln -s /bin/busybox wc; echo a b | ./wc -w
sh -c 'echo $LINENO
echo $LINENO'
echo 'echo last without newline' | tr -d '\n' | sh
sh -c 'sleep 0.05 & echo $? ; wait'
(sh -i -c 'echo interactive' 2>/dev/null </dev/null)
sh -c 'echo "${10} ${11}"' 0 1 2 3 4 5 6 7 8 9 ten eleven
sh -l -c 'echo login'
env -i /bin/sh -c 'echo ${PATH:-no path}'
env -i /bin/sh -c 'echo ${PWD}'
