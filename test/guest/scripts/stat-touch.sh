# SPDX-License-Identifier: MPL-2.0
#
# stat and touch: formats, times, links, sparse files, reference files.
export TZ=UTC; echo hello >f; ln -s f l; mkdir d
mkfifo p; touch -d '2005-06-07 08:09:10' f
touch -h -d '2005-06-07 08:09:10' l
stat -c '%n %s %F %a %A %u %g %U %G %h' f l d p /dev/null | sed 's/^d [0-9]*/d SIZE/'
stat -c '%y %Y %X' f l; stat -L -c '%n %F' l
stat -c '%t %T %F' /dev/null /dev/zero; stat -c %N l
stat -t f | wc -w
stat -c '%B %o' f | awk '{print ($1 == 512), ($2 >= 512)}'
stat nosuch; echo $?; stat -c %s f nosuch; echo $?; stat; echo $?
stat -c '%i' f d | sort -u | wc -l; stat -f -c '%l' .
stat f | head -n 2 | tail -n 1 | awk '{print $1, $2}'
touch -r f new; stat -c %Y new; touch -c nocreate
ls nocreate; touch -t 200102030405.06 t; stat -c %y t
touch -d @86400 t; stat -c %Y t
touch -a -d @1000 t 2>/dev/null; touch nosuch/f; echo $?
touch; echo $?
old=$(stat -c %Y f); echo more >>f
[ $(stat -c %Y f) -gt $old ] && echo mtime moved
touch -d @5 f; chmod 600 f; stat -c %Y f
cat f >/dev/null; mv f g; stat -c %Y g; cp -p g h
stat -c %Y h; ln g k; stat -c '%h %Y' g; touch -d @7 d
: >d/x
[ $(stat -c %Y d) -gt 7 ] && echo directory mtime moved
truncate -s 1M sparse; stat -c '%s %b' sparse
wc -c <sparse; truncate -s +10 sparse; stat -c %s sparse
truncate -s 3 h; cat h; echo; stat -c %s h
truncate -s 10 h; od -c h
stat -c '%F' /proc/self /proc/self/exe /dev /tmp
readlink -f /dev/stdin >/dev/null; echo $?
