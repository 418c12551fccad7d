# SPDX-License-Identifier: MPL-2.0
#
# tar through pipes: copies of trees, files of files, names from a list, long names, modes and owners kept.
export TZ=UTC
mkdir -p a/b/c; seq 100 >a/one; seq 5000 >a/b/two; : >a/empty; ln -s b/two a/s; mkfifo a/fifo; chmod 711 a/b; chmod 4750 a/one
n=$(head -c 90 /dev/zero | tr '\0' x); mkdir a/$n; echo deep >a/$n/$n
chown 12:34 a/empty; find a -exec touch -h -d '2015-06-07 08:09:10' {} +
(cd a && tar cf - .) | (mkdir copy && cd copy && tar xf -)
(cd a; find . | sort | xargs stat -c '%A %u %g %s %F %n' | sed 's/^\(d.*\) [0-9]* directory/\1 directory/') >l1
(cd copy; find . | sort | xargs stat -c '%A %u %g %s %F %n' | sed 's/^\(d.*\) [0-9]* directory/\1 directory/') >l2
diff l1 l2 && echo trees agree; cut -c 1-60 l1
diff -r a/b copy/b && cmp a/one copy/one && echo contents agree
stat -c '%Y %n' copy/b/two copy/empty
tar cf - a | md5sum >m1; tar cf - a | md5sum >m2; cmp m1 m2 && echo repeatable
printf 'a/one\na/b/two\n' >names; tar cf n.tar $(cat names); tar tf n.tar
tar cf - a/one a/b | gzip | gunzip | tar tvf - | awk '{print $1, $2, $3, $NF}' | sort
tar cf - a | dd bs=512 2>/dev/null | tar xOf - a/b/two | tail -n 1
mkdir o; tar xf n.tar -C o; find o -type f | sort
tar cf h.tar a/one; cat h.tar | head -c 257 | tail -c 100 | tr '\0' '.' | cut -c 1-100
dd if=h.tar bs=1 skip=257 count=8 2>/dev/null | od -c | head -n 1
tar cf two.tar a/one; tar tf two.tar >/dev/null; echo $?; (cat h.tar; echo junk) | tar tf -; echo $?
tar cf - nosuch 2>/dev/null | tar tf -; echo $?; tar xf /dev/null; echo $?
tar c a/one | tar x -O | head -n 2; tar tvf h.tar --numeric-owner | awk '{print $2}'
