# SPDX-License-Identifier: MPL-2.0
#
# xargs: batches, -I, -0, -r, exit codes, quoting, long inputs, standard input of the commands.
seq 10 | xargs -n 3 echo; seq 3 | xargs -I@ echo 'a@b' '@@'
printf 'a b\n"c d" e\n'"'f g'"' h\\ i\n' | xargs -n 1 echo
printf 'x y\0z\0' | xargs -0 -n 1 echo '<' 
echo | xargs echo none; echo | xargs -r echo none; : | xargs -r echo none; : | xargs echo one
seq 4 | xargs sh -c 'exit 1'; echo $?; seq 1 | xargs sh -c 'exit 255'; echo $?
seq 1 | xargs nosuchcommand; echo $?; seq 1 | xargs /etc/passwd; echo $?
seq 2 | xargs sh -c 'kill -9 $$' 2>/dev/null; echo $?
seq 5 | xargs -n 2 sh -c 'echo $# $0 "$@"'
printf 'one\ntwo\n' | xargs -t echo 2>&1
seq 20000 | xargs echo | wc -l -w
seq 20000 | xargs -s 2000 echo | awk 'length($0) > 2000 {bad++} END {print NR > 50, bad + 0}'
seq 3 | xargs -n 1 cat; echo $?
printf 'a,b,c' | tr , '\n' | xargs -n 1 printf '[%s]'; echo
mkdir d; touch d/1 d/2 'd/3 4'; ls d | xargs -I{} test -e 'd/{}' && echo all exist
find d -print0 | sort -z | xargs -0 ls -d
printf 'a\\nb' | xargs echo; printf "it's" | xargs echo; echo $?
seq 6 | xargs -n 4 -E 5 echo; printf 'k v\n' | xargs -I% sh -c 'set -- %; echo $2 $1'
seq 3 | xargs -P 2 -n 1 sh -c 'exit 0'; echo $?; echo a b | xargs -n x; echo $?
