# SPDX-License-Identifier: MPL-2.0
#
# ls -l and friends: modes, links, sizes, owners, fixed times, sorting.
mkdir d; cd d; export TZ=UTC
printf hello >file; mkdir sub; ln -s file link; ln -s /nonexistent dangling; mkfifo fifo; ln file hard
chmod 640 file; chmod 4755 sub; : >empty; chmod 000 empty
: >sticky; chmod 1777 sticky; : >exe; chmod 755 exe
: >.hid
touch -h -d '2001-02-03 04:05:06' link dangling
for f in *; do [ -L $f ] || touch -d '2001-02-03 04:05:06' $f; done
size() { sed -E '/^total/d; /^d/s/ +[0-9]+ ([A-Z][a-z]{2} )/ SIZE \1/'; }
ls; ls -a; ls -A; ls -1; ls -F; ls -p; ls -r
ls -l | size; ls -ln file link | size; ls -ld sub | size; ls -lL link | size; ls -l --full-time file
touch -d '2001-02-03 04:05:07' exe
touch -d '2002-01-01 00:00' empty; ls -t | head -n 2
ls -tr | tail -n 1; printf 1234567890 >big
ls -S | head -n 1
ls nosuch; echo $?; ls file nosuch; echo $?; ls sub
ls -R . | grep :; ls -d . sub; ls -l fifo | cut -c1-10
ls -l /dev/null | cut -c1-10
ls -l /dev/null | awk '{print $5, $6}'
chown 65534:65534 exe; ls -l exe
ls -lh big | awk '{print $5}'; ls -x | head -n 1
ls -lc >/dev/null; echo $?
ls -i file hard | awk '{print $1}' | uniq | wc -l
