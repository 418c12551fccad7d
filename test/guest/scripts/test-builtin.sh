# SPDX-License-Identifier: MPL-2.0
#
# test and [: strings, numbers, files, combination, errors.
t() { "$@" && echo "yes: $*" || echo "no ($?): $*"; }
t [ a = a ]; t [ a != a ]; t [ -n x ]; t [ -z x ]
t [ x ]; t [ '' ]; t [ ]; t [ 1 -eq 01 ]; t [ 1 -lt 2 ]
t [ 2 -le 1 ]; t [ 3 -gt 2 ]; t [ 3 -ge 4 ]
t [ 1 -ne 1 ]; t [ a \< b ]; t [ ! a ]; t [ ! '' ]
t [ a -a b ]; t [ a -a '' ]; t [ '' -o b ]; t [ \( a \) ]
t [ ! \( a = b \) -a c ]; t [ -f ]; t [ = ]; t [ = = = ]
t [ ! = ! ]; t [ -n ]; t [ -z = -z ]
: >empty; echo x >file; mkdir dir; ln -s file link
ln -s nowhere dangling; mkfifo fifo; chmod 000 empty
chmod 4755 file; chmod 1777 dir
for o in e f d L h p s r w x u g k S b c; do for f in empty file dir link dangling fifo missing /dev/null; do [ -$o $f ] && printf "$o:$f "; done; echo; done
touch -d '2001-01-01' old; t [ file -nt old ]
t [ file -ot old ]; ln file same; t [ file -ef same ]
t [ file -ef old ]; t [ missing -nt old ]; t [ -t 7 ]
t [ -O file ]; t [ -G file ]
[ 1 -eq x ]; echo $?; [ 1 2 3 ]; echo $?; [ a; echo $?
test a b; echo $?; [ -q x ]; echo $?
[ 99999999999999999999 -gt 1 ]; echo $?
t [ ' 5 ' -eq 5 ]; t [ -5 -lt 3 ]; /usr/bin/test a = b; echo $?
'/usr/bin/[' a = a ]; echo $?; [[ abc = a* ]]; echo $?
