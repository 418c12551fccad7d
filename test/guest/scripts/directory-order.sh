# SPDX-License-Identifier: MPL-2.0
#
# Directories with hundreds of names: every name once whatever the order, changes during a walk, . and .., sizes.
mkdir d; i=0; while [ $i -lt 700 ]; do : >d/file-$i; i=$((i + 1)); done; find d -type f | sort | md5sum; ls d | md5sum; find d -type f | sort | uniq -d | wc -l; ls -a d | head -n 2; find d -type f | wc -l
for f in d/file-?5*; do rm $f; done; ls d | wc -l; find d -type f | grep -c 5; i=0; while [ $i -lt 100 ]; do : >d/again-$i; i=$((i + 1)); done; ls d | wc -l; find d -name 'again*' | sort | tail -n 1
find d -type f -name '*9' -exec rm {} \; ; ls d | wc -l; find d -name '*9' | wc -l; (cd d; for f in *; do mv "$f" "r-$f"; done); ls d | grep -vc '^r-'; ls d | wc -l
mkdir t; for a in 1 2 3 4 5 6; do mkdir t/$a; for b in 1 2 3 4 5; do mkdir t/$a/$b; : >t/$a/$b/f; done; done; find t | wc -l; find t -type d -links 2 | wc -l; stat -c %h t t/1; rm -r t/2; stat -c %h t; du -a t | wc -l; ls -R t | grep -c :
for n in ' lead' 'trail ' 'tab	x' 'quote"' "apos'" 'star*' 'back\slash' '-dash' '.dot' '..dots' '...' 'ünï' '$(x)' 'a;b' 'new
line'; do : >"./t/$n"; done; ls -A t | LC_ALL=C sort | od -An -c | head -n 12; for f in ./t/* ./t/.[!.]*; do [ -f "$f" ] && rm "$f"; done; find t -maxdepth 1 -type f | sort
ls -d d/. d/..; ls -d .; mkdir e; (cd e; rmdir ../e; ls -a | wc -l; ls; echo $?); n=$(printf '%0255d' 7); : >d/$n; ls d | grep -c '^0*7$'; rm -r d; ls d 2>/dev/null; echo $?; ls -ld . | cut -c 1-10
