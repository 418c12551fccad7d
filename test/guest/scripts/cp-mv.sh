# SPDX-License-Identifier: MPL-2.0
#
# cp and mv: files, directories, preserving, links, overwriting, errors.
echo one >a; cp a b; cat b; echo two >b; cp b a; cat a
mkdir d; cp a b d; ls d; cp a d/renamed; ls d
cp a nosuch/x; echo $?; cp nosuch a; echo $?; cp a b c; echo $?
cp d e; echo $?; cp a a; echo $?
cp -r d e; ls e; cp -r d e; ls e/d; ln -s a l; cp l copy
[ -L copy ] || echo followed; cp -P l link; readlink link
cp -a d f; ls f; cp -i a b </dev/null; echo $?; cp -u b a
echo x >ro; chmod 400 ro; cp a ro; cat ro; cp -f a ro
cp -l a hard; stat -c %h a; cp -s /root/a sym
readlink sym; chmod 751 a; cp a modes; stat -c %a modes
mv a moved; ls a; mv moved d; ls d; mv d/moved d/b e
ls e; mv nosuch x; echo $?; mv e/d e/b f; ls f
mv f renamed; ls -d renamed; mkdir g; mv renamed g
mv g/renamed g/same; ls g; mv g g/inside; echo $?
echo n >n; echo m >m; mv -n n m; cat m; mv n m; cat m
mv m g/; cat g/m; mkdir h; mv h g/m; echo $?; mv g/m h
ls h; mkdir -p i/j k/j/full; mv i/j k; echo $?
mkfifo p; cp -a p p2; [ -p p2 ] && echo fifo copied
seq 50000 >big; cp big big2; cmp big big2; echo $?
cat big >>big2; wc -l <big2; cp /dev/null big2
wc -c <big2; head -c 300 /dev/zero | cp /dev/stdin z
wc -c <z; mv l2 2>/dev/null; echo $?; cp -v b b3
mv -v b3 b4; mkdir t; cp -t t b b4; ls t
cp --parents i/j x 2>/dev/null; mv -T b t; echo $?
install -m 700 b t/inst 2>/dev/null; echo $?
