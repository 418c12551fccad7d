# SPDX-License-Identifier: MPL-2.0
#
# mktemp and atomic replacement: unique names, modes, folders, umask, templates, leftovers removed by traps.
a=$(mktemp); b=$(mktemp); [ "$a" != "$b" ] && [ -f $a ] && stat -c '%a %s' $a; rm $a $b; d=$(mktemp -d); stat -c '%a %F' $d; rmdir $d; t=$(mktemp x.XXXXXX); echo ${#t}; rm $t; mktemp bad; echo $?; mktemp -p /nosuch t.XXXXXX; echo $?; TMPDIR=/root mktemp -t y.XXXXXX | sed 's/\..*//'; rm -f y.*; mktemp -u z.XXXXXX | wc -c; ls z.* 2>/dev/null | wc -l; (umask 077; f=$(mktemp); stat -c %a $f; rm $f)
sh -c 'f=$(mktemp -d); trap "rm -r $f" EXIT; : >$f/x; echo $f >name; exit 2'; echo $?; [ -e $(cat name) ] || echo removed; echo v1 >conf; replace() { sed "$1" conf >conf.new && mv conf.new conf; }; replace s/1/2/; cat conf; exec 3<conf; replace s/2/3/; cat <&3 conf; exec 3<&-; truncate -s 0 conf; wc -c <conf; shred -u conf 2>/dev/null; ls conf
