# SPDX-License-Identifier: MPL-2.0
#
# date -u with given times: formats, parsing, time zones, errors.
d() { date -u -d "$@"; }
d @0; d @1000000000 '+%Y-%m-%d %H:%M:%S'
d '2024-02-29 12:34:56' +%s; d @1709210096 -R
d @1709210096 -I; d @1709210096 -Iseconds
d @0 '+%a %A %b %B %d %e %j %y %C %u %w %p %I %M %S %Z %z %% %n%t|'
d @951782400 '+%U %W %V %G %g'; d @2147483647 +%c
d @2147483648 +%D-%T; d @-1 +%F
d '1999-12-31 23:59:59' +%s; d '12:00' +%H:%M
d 2000.01.02-03:04:05 +%F-%T; d 010203042005.06 +%F-%T
d @253402300799 +%F; d @4102444800 +%x-%X
TZ=EST5EDT date -d @0 +%F-%T-%Z
TZ=CET-1CEST,M3.5.0,M10.5.0/3 date -d @1720000000 +%T%z-%Z
TZ=UTC-5:30 date -d @0 +%T%z
TZ=XYZ3 date -d '1970-01-01 00:00:00' +%s
date -u -d nonsense; echo $?; date -u -d '2024-13-01'; echo $?
date -u -d '2023-02-29 00:00:00' +%F; echo $?
date --bad 2>/dev/null; echo $?
touch -d '2001-02-03 04:05:06' f; date -u -r f +%F-%T
[ "$(date +%s)" -gt 1600000000 ] && echo after 2020
a=$(date +%s); sleep 1
[ $(date +%s) -gt $a ] && echo advances
date -u -D %d/%m/%Y -d 03/02/2001 +%F
