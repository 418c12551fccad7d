# SPDX-License-Identifier: MPL-2.0
#
# rm: files, directories, force, open files, special names.
: >a; rm a; ls a; rm a; echo $?; rm -f a; echo $?; rm -f; echo $?
rm; echo $?; mkdir d; rm d; echo $?; rm -r d; ls d
mkdir -p x/y/z; : >x/y/f; ln -s /etc x/link; ln -s y x/dl
rm -rf x; ls x; ls /etc/passwd; : >-dash; rm -- -dash
: >./-f; rm ./-f; ls
mkdir t; : >t/1; : >t/2; chmod 000 t/1
rm -f t/1 t/missing t/2; ls t; rm -r t/.; echo $?
rm -rf ..; echo $?; echo keep >open; exec 3<open; rm open
cat <&3; exec 3<&-; exec 4>w; echo first >&4; rm w
echo second >&4; readlink /proc/self/fd/4; exec 4>&-; ls
echo data >h1; ln h1 h2; rm h1; cat h2; : >'a b'; : >'*'
rm '*'; ls; rm -i h2 </dev/null; ls; yes | rm -i h2; echo
ls; i=0; mkdir many
while [ $i -lt 500 ]; do : >many/f$i; i=$((i + 1)); done
rm many/f1*; ls many | wc -l; rm -rf many; ls
rm -r nosuch; echo $?; rm -rf nosuch; echo $?
ln -s nowhere dang; rm dang; ls; mkdir -p p/q; rm -rv p
rmdir q; echo $?
