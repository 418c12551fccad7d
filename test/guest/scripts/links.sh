# SPDX-License-Identifier: MPL-2.0
#
# ln, readlink, realpath, unlink, link: symbolic and hard links, loops, relative paths.
echo data >f; mkdir -p d/sub; ln f hard; ln -s f soft
ln -s ../f d/up; ln -s d dl; ln -s loop2 loop1
ln -s loop1 loop2; ln -s missing dang; ln -s /root/f abs
cat hard soft d/up dl/up abs; readlink soft d/up abs
readlink f; echo $?; readlink -f d/up dl/sub soft
readlink -f dang; echo $?; readlink -f loop1; echo $?
realpath dl/../f d/sub/..; realpath nosuch/x; echo $?
cat loop1; echo $?; cat dang; echo $?; echo new >dang
cat missing; ln f hard; echo $?; ln -f d/up hard; echo $?
ln -s x soft; echo $?; ln -sf d/sub soft; readlink soft
ln -sn newtarget dl; echo $?; ls dl/; ln -sfn f dl
readlink dl
ln nosuch x; echo $?; ln d dirlink; echo $?
link f linked; stat -c %h f; unlink linked; stat -c %h f
unlink d; echo $?; rm soft; ls -d d/sub; echo >>abs
wc -l <f; rm f; cat hard; cat abs; echo $?
ln -s a/b/c deep; mkdir -p a/b; echo deep >a/b/c
cat deep; cd dl 2>/dev/null || echo not a directory
ln -s . dot; ls dot/dot/dot/a; i=0; p=.
while [ $i -lt 45 ]; do p=$p/dot; i=$((i + 1)); done
ls $p 2>/dev/null; echo "too many links: $?"
mkdir t; ln -s /root/a t; ls t
(cd t/a/b && pwd && pwd -P && cd .. && pwd)
ln -st t f g 2>/dev/null; ls t; readlink -n deep; echo
