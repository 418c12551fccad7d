# SPDX-License-Identifier: MPL-2.0
#
# chmod, umask, chown: symbolic and octal modes, recursion, special bits, new files.
m() { stat -c '%a %A %n' "$@"; }
touch f; mkdir d; m f d; chmod 777 f; m f
chmod u-x,g=r,o= f; m f; chmod +x f; m f; chmod a-w f
m f; chmod u+s,g+s f; m f; chmod 0 f; m f
chmod u=rwx,go=u-w f; m f; chmod +t d; m d; chmod g+X f d
m f d; chmod 1000 d; m d; chmod -- -w d; m d
umask 077; touch a; mkdir b; m a b; umask 002; touch c
m c; umask 777; touch e; m e; umask; umask -S
umask u=rwx,g=rx,o=; umask; umask 022
sh -c 'umask 0; : >z'; m z
mkdir -p r/s; touch r/s/f; chmod -R 700 r; m r r/s r/s/f
chmod -v 755 r; chmod bad f; echo $?; chmod 999 f; echo $?
chmod 644 nosuch; echo $?; chmod 644; echo $?; ln -s f l
chmod 600 l; m f; mkdir -m 711 q; m q; cp -p q/../f copy
m copy
chown 65534 f; stat -c '%u %g %U %G' f; chown 0:65534 f
stat -c '%u %g' f; chown nobody:nogroup f
stat -c '%U:%G' f; chgrp root f; stat -c %G f
chown nosuch f; echo $?; chmod 6755 f; chown 1 f; m f
chown -R 5:6 r; stat -c '%u:%g' r/s/f; chown -h 9 l
stat -c %u l f
