# SPDX-License-Identifier: MPL-2.0
#
# mkdir, rmdir, cd, pwd: parents, existing, not empty, removed working directory, long names.
mkdir a; mkdir a; echo $?; mkdir b/c; echo $?
mkdir -p b/c/d; echo $?; mkdir -p b/c; echo $?; : >f
mkdir f/x; echo $?; mkdir -p f; echo $?; rmdir b; echo $?
rmdir -p b/c/d; ls; rmdir f; echo $?; rmdir nosuch; echo $?
rmdir a a; echo $?
mkdir x; cd x; rmdir ../x; pwd; ls
echo >f 2>/dev/null; echo "create in removed: $?"; cd ..; echo $?; cd /root
mkdir 'with space' "q'uote" -- -dash; ls; rmdir -- -dash
n=$(head -c 255 /dev/zero | tr '\0' n); mkdir $n; echo $?
mkdir ${n}x 2>/dev/null; echo "name too long: $?"
rmdir $n; p=d; i=0
while [ $i -lt 60 ]; do p=$p/d; i=$((i + 1)); done
mkdir -p $p; find d | wc -l; (cd $p && pwd | wc -c)
rm -r d; echo $?
mkdir t; cd t; mkdir 1 2 3
for d in *; do (cd $d; pwd); done; cd //; pwd
cd /./tmp/../root/./t//1; pwd; cd ../..; pwd; cd; pwd
cd /tmp; cd -; cd nosuch; echo $?; cd f; echo $?; i=0
while [ $i -lt 300 ]; do mkdir t/n$i; i=$((i + 1)); done
ls t | wc -l; rm -r t; mkdir -v made; mkdir; echo $?
