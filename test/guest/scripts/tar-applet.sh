# SPDX-License-Identifier: MPL-2.0
#
# tar: create, list, extract, append filters, permissions, links, compression, bad archives.
mkdir -p src/dir; echo one >src/a; seq 1000 >src/dir/b
ln -s a src/link; ln src/a src/hard; chmod 600 src/a
chmod 755 src/dir/b
touch -h -d '2010-01-01 00:00:00' src/link
touch -d '2010-01-01 00:00:00' src/a src/dir/b src/dir src
export TZ=UTC
tar cf t.tar src/a src/dir src/link src/hard; tar tf t.tar; tar tvf t.tar | sed -E 's/ +/ /g'
md5sum <t.tar; wc -c <t.tar
mkdir out; tar xf t.tar -C out
(cd out/src && stat -c '%A %h %u %g %s %n' a hard link dir/b)
cmp src/dir/b out/src/dir/b && echo same
readlink out/src/link
[ "$(stat -c %i out/src/a)" = "$(stat -c %i out/src/hard)" ] && echo still linked
tar czf t.tgz src/dir/b src/a; tar tzf t.tgz; tar xzOf t.tgz src/a; gzip -t t.tgz && echo good gzip
tar cf - src/a | tar tf -; tar xf t.tar -O src/dir/b | tail -n 1; tar cf - -C src a | tar tvf - | cut -c1-10
tar xf t.tar nosuch; echo $?; tar xf missing.tar; echo $?
head -c 700 t.tar >cut.tar; tar tf cut.tar; echo $?
echo garbage >g.tar; tar tf g.tar; echo $?
head -c 2000 /dev/zero | tar tf -; echo $?
tar cjf t.tbz src/dir/b && tar tjf t.tbz
tar xvf t.tar -C out src/a; mkdir keep
(cd keep && tar xf ../t.tar --strip-components=1 src/dir/b; ls)
tar xf t.tar -k -C out; echo $?; tar cf e.tar nosuch; echo $?
