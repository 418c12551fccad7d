# SPDX-License-Identifier: MPL-2.0
#
# bzip2, xz, lzma and unzip side: round trips and damaged input.
seq 3000 >f; bzip2 -k f
bzip2 -dc f.bz2 | cmp - f && echo bzip2
bzcat f.bz2 | tail -n 1; md5sum <f.bz2
bunzip2 -c f.bz2 | wc -l; bzip2 -t f.bz2; echo $?
bzip2 -1 -c f | bunzip2 | md5sum
: | bzip2 | bunzip2 | wc -c
head -c 100 f.bz2 | bunzip2 >/dev/null; echo "cut: $?"
echo junk | bunzip2; echo "junk: $?"
cat >xz.b64 <<X
/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQANaGVsbG8gZnJvbSB4egoAAABb+Ybd5id65gABJg4IG+AEH7bzfQEAAAAABFla
X
cat >lzma.b64 <<X
XQAAgAD//////////wA0GUnujekS5hQOv7nSZ6UAItn//12UAAA=
X
cat >zip.b64 <<X
UEsDBBQAAAAIAKMgQypjmZ8eFgAAACwBAAAHAAAAZC9hLnR4dMtIzcnJV0grys9VqMos4MoY5eLmAgBQSwMEFAAAAAAAoyBDKuKcU6UHAAAABwAAAAUAAABi
LnR4dHN0b3JlZApQSwECFAMUAAAACACjIEMqY5mfHhYAAAAsAQAABwAAAAAAAAAAAAAApAEAAAAAZC9hLnR4dFBLAQIUAxQAAAAAAKMgQyrinFOlBwAAAAcA
AAAFAAAAAAAAAAAAAACkATsAAABiLnR4dFBLBQYAAAAAAgACAGgAAABlAAAAAAA=
X
base64 -d xz.b64 >h.xz; xzcat h.xz
base64 -d lzma.b64 | unlzma; base64 -d zip.b64 >z.zip
unzip -l z.zip; unzip -q z.zip
cat d/a.txt b.txt | uniq -c
unzip -p z.zip b.txt; head -c 40 h.xz | xzcat; echo "cut xz: $?"
head -c 60 z.zip >cut.zip; unzip cut.zip -d cut; echo "cut zip: $?"
echo junk | unxz; echo "junk: $?"; echo junk | unlzma; echo "junk: $?"; xz -c f; echo "compress: $?"
bunzip2 f.bz2; echo $?; ls; unzip missing.zip; echo $?
