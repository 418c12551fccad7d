# SPDX-License-Identifier: MPL-2.0
#
# cpio and ar: archives in and out, formats, damaged archives.
mkdir -p s/d; echo one >s/a; echo two >s/d/b; ln -s a s/l
chmod 640 s/a; touch -h -d '2010-01-01' s/l
touch -d '2010-01-01' s/a s/d/b s/d s
printf 's\ns/a\ns/d\ns/d/b\ns/l\n' >list
cpio -o -H newc <list >c.cpio; cpio -t <c.cpio
cpio -tv <c.cpio 2>/dev/null | awk '{print $1, $NF}'
head -c 6 c.cpio; echo; mkdir out
(cd out; cpio -id <../c.cpio; cat s/a s/d/b; readlink s/l; stat -c '%a %s' s/a)
(cd out; cpio -i <../c.cpio; echo $?; cpio -iu <../c.cpio; echo $?; rm -r s; cpio -id s/a <../c.cpio; ls s)
head -c 300 c.cpio | cpio -t; echo $?
echo garbage | cpio -t; echo $?
cpio -o -H newc </dev/null | wc -c
echo nosuch | cpio -o -H newc 2>&1 | head -n 1
gzip -c c.cpio | zcat | cpio -it 2>/dev/null | wc -l
printf '!<arch>\nfile/           0           0     0     644     6         `\nhello\n' >x.a
ar t x.a; ar p x.a file; ar tv x.a | awk '{print $1, $3}'
ar x x.a; cat file; ar t c.cpio; echo $?; ar t missing; echo $?
