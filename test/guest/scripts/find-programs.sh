# SPDX-License-Identifier: MPL-2.0
#
# find: actions on many files, sizes and times, -exec with several commands, links, permissions, -prune.
mkdir -p p/src/lib p/doc p/.git/objects
for i in 1 2 3; do echo "int f$i;" >p/src/f$i.c; seq $((i * 400)) >p/src/lib/l$i.o; done
echo text >p/doc/read.me; echo x >p/.git/objects/o
touch -d '2001-02-03' p/doc/read.me; ln -s ../doc p/src/d; ln p/src/f1.c p/src/lib/copy.c; mkfifo p/pipe
chmod 4755 p/src/f2.c; chmod 0640 p/src/f3.c
cd p
find . -name .git -prune -o -type f -print | sort
find . -type f -size +3c -size -2k | sort
find . -type f -name '*.o' -size +2 -exec wc -c {} + | sort
find . -type l -exec readlink {} \; ; find -L . -name read.me | sort
find . -perm -4000; find . -perm 640 -type f; find . -perm /111 -type f | sort
find . -type f -links +1 | sort; find . -samefile src/f1.c | sort
find . -type p -o -type l | sort
find . -not -newermt nonsense 2>/dev/null | wc -l
find . -mtime +365 -type f; find . -type f -newer doc/read.me | wc -l
find . -name 'f?.c' -exec sh -c 'for f; do echo "$(basename "$f" .c)=$(cat "$f")"; done' sh {} + | sort
find . -name '*.c' -exec grep -l f2 {} \; -exec echo matched {} \;
find . -type d -name 'l*' -exec test -e {}/l1.o \; -print
find . -mindepth 1 -maxdepth 1 -type d | sort
find src -depth | sort -r | head -n 3
find . -name "*.o" -exec rm {} +; find . -name "*.o" | wc -l
find . -type d -empty | sort; find . \( -name doc -o -name lib \) -prune -o -name '*.c' -print | sort
find src doc nosuch -maxdepth 0; echo $?
find . -type f -print0 | sort -z | xargs -0 -n 2 echo
find . -user 0 -group 0 -type p; find . -user 1234 | wc -l
find . -type f -a ! -name '*.c' , -name nothing 2>/dev/null; find . -exec 2>&1 | head -n 1
find . -iname 'READ*' -o -ipath '*SRC/F1*' | sort
