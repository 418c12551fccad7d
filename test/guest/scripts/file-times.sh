# SPDX-License-Identifier: MPL-2.0
#
# Access, change and modification times: touch, cp -p, tar, reading and writing, relatime, far years.
export TZ=UTC; t() { stat -c '%Y %n' "$@"; }; touch -d '2001-02-03 04:05:06' a; t a; cp a b; [ "$(stat -c %Y b)" -gt 1000000000 ] && echo now; cp -p a c; t c; mv a d; t d; ln d e; t e; chmod 600 d; t d
touch -t 199912312359.58 d; t d; touch -r c d; t d; touch -c none; ls none 2>/dev/null; : >>d; t d; echo x >>d; [ $(stat -c %Y d) -gt 1500000000 ] && echo written; touch -d '2001-01-01 00:00:00' d; >d; [ $(stat -c %Y d) -gt 1500000000 ] && echo truncated
mkdir m; touch -d '2002-02-02 00:00:00' m; t m; : >m/x; [ $(stat -c %Y m) -gt 1500000000 ] && echo name made; touch -d '2002-02-02 00:00:00' m; echo y >m/x; t m; chmod 700 m; t m; rm m/x; [ $(stat -c %Y m) -gt 1500000000 ] && echo name removed
ln -s c l; touch -h -d '2003-03-03 00:00:00' l; t l c; touch -d '2004-04-04 00:00:00' l; t l c; [ c -nt d ]; echo $?; [ d -nt c ] && [ c -ot d ] && echo older; [ c -nt none ] && echo newer than nothing; [ none -ot c ]; echo $?
touch -d '1970-01-01 00:00:00' z; t z; touch -d '2038-01-20 00:00:00' z; t z; touch -d '2106-02-08 00:00:00' z; t z; touch -d '1960-01-01 00:00:00' z 2>/dev/null; date -r z +%Y; touch -d @1234567890 z; t z; stat -c '%X' z
touch -a -d @1000 z; stat -c '%X %Y' z; touch -m -d @2000 z; stat -c '%X %Y' z; echo data >z; touch -d @5000 z; sleep 0.1; cat z >/dev/null; [ $(stat -c %X z) -gt 1500000000 ] && echo read; a=$(stat -c %X z); cat z >/dev/null; [ $a = $(stat -c %X z) ] && echo relatime
c1=$(stat -c %Z z); sleep 1.1; chmod 640 z; [ $(stat -c %Z z) -gt $c1 ] && echo changed; [ $(stat -c %Y z) = 5000 ] && echo not modified; touch -d bad z; echo $?; touch /nosuch/x; echo $?; touch m; [ m -nt c ] && echo m; stat -c '%y' c; stat -c '%w' c | cut -c 1; find . -newer c -type f | sort | head -n 3
