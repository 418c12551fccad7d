# SPDX-License-Identifier: MPL-2.0
#
# find by age, ls -t orders, make-like decisions by time stamps, cp -u, sorted listings.
export TZ=UTC; for i in 1 2 3 4 5; do echo $i >f$i; touch -d "2020-01-0$i 12:00:00" f$i; done; ls -t; ls -tr; ls -1tr | head -n 2; touch -d '2020-01-03 12:00:00' f5; ls -t | head -n 1; ls -l --full-time f2 | awk '{print $6, $7, $NF}'
cp f1 g; touch -d '2019-01-01 00:00:00' g; cp -u f2 g; cat g; cp -u f1 g; cat g; newer() { [ ! -e $2 ] || [ $1 -nt $2 ]; }
build() { newer $1 $2 && { echo "build $2"; sed s/^/built-/ $1 >$2; touch -r $1 $2; } || echo "$2 is up to date"; }; build f1 f1.o; build f1 f1.o; touch f1; build f1 f1.o; rm f1.o; build f1 f1.o; cat f1.o
find . -mtime +30 -name 'f?' | sort; find . -mtime -1 -name 'f?'; find . -mmin -60 -name 'f?.o'; find . -newer f3 -name 'f?' | sort; find . ! -newer f3 -name 'f?' | sort; touch -d '2020-06-01 00:00:00' ref; find . -name 'f?' -newer ref
ls -lc f2 | wc -l; ls -lu f2 | awk '{print NF}'; ls -x f1 f2 f3 -w 80 2>/dev/null | wc -l; stat -c '%y' f2 | cut -c 1-19; tar cf a.tar f2; rm f2; tar xf a.tar; stat -c %Y f2; rm f2; tar xmf a.tar; [ $(stat -c %Y f2) -gt 1600000000 ] && echo fresh
