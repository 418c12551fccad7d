# SPDX-License-Identifier: MPL-2.0
#
# xargs: batches, replacement, limits, null separators, exit statuses.
echo a b c | xargs; echo a b c | xargs -n 1 echo item
seq 10 | xargs -n 3
printf 'x y\nz\n' | xargs -I {} echo '<{}>'
printf 'a b\0c\0' | xargs -0 -n 1
echo '"quoted arg" plain\ esc' | xargs -n 1
xargs </dev/null; xargs -r echo never </dev/null
xargs echo always </dev/null
seq 5 | xargs -n 2 sh -c 'echo "$0 $@"'
echo x | xargs false; echo $?; echo x | xargs nosuch; echo $?
echo x | xargs sh -c 'exit 255'; echo $?
echo x | xargs sh -c 'kill -9 $$'; echo $?
echo x | xargs /tmp; echo $?
echo a b | xargs -t echo traced; seq 3000 | xargs | wc -l
seq 30000 | xargs echo | wc -w
printf 'a\n\nb\n' | xargs -L 1 echo
printf 'stop\nEOF\nmore\n' | xargs -E EOF
seq 4 | xargs -P 2 -n 1 | sort; echo f1 f2 | xargs touch
ls; seq 3 | xargs -I N sh -c 'echo N-N'
printf 'one\ntwo\n' | xargs -s 30 echo; echo "it's" | xargs; echo $?
