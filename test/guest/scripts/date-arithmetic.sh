# SPDX-License-Identifier: MPL-2.0
#
# date: formats, parsing, zones, epoch seconds, RFC forms, leap years, week numbers, bad input.
export TZ=UTC
d() { date -d "$@"; }
d @0; d @86399 '+%F %T'; d '2024-02-29 12:34:56' +%s; d '2023-12-31' '+%j %U %W %V %u %w %a %A %b %B'
d '2000-01-01' '+%y %C %m %d %e|%k|%l|%I %p %M %S %n%t%%'
d '2024-02-30' +%F 2>/dev/null; echo $?; d '2023-02-29 00:00' '+%F'; d nonsense; echo $?
d '12:00' +%T; d '202403041506.07' +%c; d '2024-03-04 15:06' '+%x %X'; d '2024.03.04-15:06:07' +%D
d @1700000000 -R; d @1700000000 -I; d @1700000000 -Iseconds; d @1700000000 -Ihours; d @1700000000 -Ins 2>/dev/null | cut -c 1-19
TZ=EST5EDT date -d '@1710053999' '+%F %T %Z %z'; TZ=EST5EDT date -d '@1710054000' '+%F %T %Z %z'
TZ=CET-1CEST,M3.5.0,M10.5.0/3 date -d @1711846800 '+%T %Z'; TZ=XYZ-5:30 date -d @0 '+%T %z'; TZ=bogus date -d @0 '+%T %Z'
TZ=UTC-14 date -d @0 +%F\ %H; TZ=UTC+12 date -d @0 +%F\ %H; TZ=EST5 date -u -d @0 +%T
for y in 1900 2000 2023 2024 2100; do [ "$(d $y-02-28 +%s 2>/dev/null)" ] && e=$(($(d "$y-03-01" +%s) - $(d "$y-02-28" +%s))); echo $y $((e / 86400)); done
d @-1 +%F\ %T; d @2147483647 +%F\ %T; d @2147483648 +%F\ %T; d @253402300799 +%F; d @1234567890.5 +%s; echo $?
touch -d '2010-10-10 10:10:10' f; date -r f; date -r nosuch; echo $?; date -u -r f +%s
date -d @0 + ; date -d @0 '+no format'; date +%s | grep -c '^[0-9]*$'; a=$(date +%s); sleep 1; b=$(date +%s); echo $((b - a >= 1 && b - a < 20))
date -D '%d/%m/%Y' -d '25/12/2021' +%F; date -D '%s' -d 100 +%T; date -D '%d/%m' -d 'xx' +%F; echo $?
cal 2 2024 | sed 's/ *$//'; cal 9 1752 | sed 's/ *$//' | head -n 4; cal -j 3 2023 | sed 's/ *$//' | head -n 3; date -x; echo $?
