# SPDX-License-Identifier: MPL-2.0
#
# base64, uuencode, uudecode: round trips and bad input.
printf 'Hello, world' | base64; printf '' | base64
printf a | base64; printf ab | base64
seq 100 | base64 | head -n 2
seq 100 | base64 -w 20 | head -n 2
seq 100 | base64 -w 0 | wc -l; echo SGVsbG8= | base64 -d
echo; echo 'SGV sbG8' | base64 -d; echo $?
echo '!!!!' | base64 -d; echo $?
seq 1000 | base64 | base64 -d | md5sum
seq 20 >f; chmod 644 f; uuencode f <f | head -n 1
uuencode name <f >u; uudecode -o out u
cmp f out && echo same; uuencode -m name <f | head -n 2
uuencode -m name <f | uudecode -o - | tail -n 1
echo garbage | uudecode; echo $?; base64 missing; echo $?
head -c 1000 /dev/zero | base64 | md5sum
printf '\377\376\000\001' | base64
printf '//4AAQ==' | base64 -d | od -An -tx1
echo test | mkpasswd -m md5 -S abcdefgh 2>/dev/null
mkpasswd -m sha512 -S saltsalt password
mkpasswd -m sha256 -S saltsalt password
mkpasswd -m des -S ab password
