# SPDX-License-Identifier: MPL-2.0
#
# Files of other users: the three classes of rwx, folders without x or r, groups, umask, access as root.
printf 'u1:x:1001:1001::/:/bin/sh\nu2:x:1002:1001::/:/bin/sh\nu3:x:1003:1003::/:/bin/sh\n' >>/etc/passwd; printf 'g:x:1001:\ng3:x:1003:\nextra:x:3000:u3\n' >>/etc/group
mkdir /tmp/w; cd /tmp/w; chmod 755 .; as() { u=$1; shift; su $u -c "cd /tmp/w; $*"; }; try() { for u in u1 u2 u3; do as $u "$1" 2>/dev/null && echo "$u yes" || echo "$u no"; done; }
echo data >f; chown u1:g f; for m in 400 040 004 444 200 070 077 777; do chmod $m f; echo "mode $m"; try 'cat f >/dev/null' | tr '\n' ' '; try 'echo x >>f' | tr '\n' ' '; echo; done
chmod 644 f; chown 0:3000 f; chmod 660 f; try 'cat f >/dev/null'; cat f | wc -l; chmod 000 f; wc -l <f; echo "root reads"
mkdir d; echo in >d/f; chmod 644 d/f; chmod 711 d; try 'cat d/f >/dev/null' | tail -n 1; try 'ls d' | tail -n 1; chmod 744 d; try 'cat d/f' | tail -n 1; as u3 'ls d'; as u3 'ls -l d 2>/dev/null | wc -l'; chmod 700 d; try 'cd d' | tail -n 1; chmod 733 d; as u3 ': >d/mine; ls d; rm d/f; echo $?'; ls d
for m in 000 022 027 077 777; do rm -f n; (umask $m; : >n; mkdir nd; stat -c %a n nd | tr '\n' ' '; rmdir nd); umask; done; umask u=rwx,g=rx,o=; umask; umask -S; umask 022; umask g+w; umask; umask 8; umask 022; umask
cp /bin/busybox b; chmod 644 b; ./b true; echo $?; chmod 611 b; as u3 './b echo runs unread'; as u3 'cat b >/dev/null'; chmod 655 b; as u3 './b echo runs'; chmod 100 b; ./b echo root runs; chmod 600 b; ./b true; echo $?; [ -x b ]; echo $?; [ -r f ] && echo root may; as u3 '[ -r f ]; echo $?; [ -w . ]; echo $?'
chown u3 f; as u3 'chmod 600 f; chown u1 f; echo $?; chgrp extra f; echo $?; chgrp g f; echo $?; stat -c "%a %g" f'; as u1 'touch -d @5 f; touch f; echo $?'; chmod 666 f; as u1 'touch f; echo $?; touch -d @5 f; echo $?'; as u1 'ln f h; echo $?; ln -s f s; mkdir /etc/x; echo $?; > /x; echo $?'
