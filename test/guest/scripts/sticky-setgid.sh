# SPDX-License-Identifier: MPL-2.0
#
# Directories with the sticky and set-group-ID bits: who may remove, what new files inherit, chmod's clearing.
echo 'u1:x:1001:1001::/:/bin/sh
u2:x:1002:1002::/:/bin/sh' >>/etc/passwd; printf 'u1:x:1001:\nu2:x:1002:\nshared:x:2000:u1\n' >>/etc/group
chmod 711 /root; as() { u=$1; shift; su "$u" -c "cd /tmp/w && $*"; }
mkdir /tmp/w; chmod 1777 /tmp/w; cd /tmp/w
as u1 'echo one >f1; mkdir d1; echo keep >d1/x'; as u2 'rm -f f1; echo $?; mv f1 g; echo $?; rmdir d1; echo $?; echo over >f1; echo $?'
as u2 'ln -s /etc/passwd s; : >mine'; as u1 'rm -f s; echo $?'; rm s; chmod o+w f1; as u2 'echo more >>f1; echo $?; rm -f f1; echo $?'
as u2 'touch t2; mv t2 f1; echo "rename over: $?"'; as u1 'mv f1 f9; echo $?; rm f9; echo $?'; chmod 777 .; as u2 'rmdir d1 2>&1; mv d1 dd; echo $?'
ls -l | awk 'NR > 1 {print $1, $3, $4, $NF}'
mkdir sg; chgrp shared sg; chmod 2775 sg; stat -c '%A %g' sg; as u1 'umask 002; : >sg/f; mkdir sg/d; ln -s f sg/l; mkfifo sg/p'
stat -c '%A %u %g %n' sg/f sg/d sg/l sg/p; as u1 ': >sg/d/deep'; stat -c '%g' sg/d/deep; as u2 ': >sg/no; echo $?'
as u1 'chmod 2755 sg/f; stat -c %A sg/f; chmod 6755 sg/f; stat -c %A sg/f'; cp /bin/busybox e; chown u1:u2 e; chmod 6755 e; stat -c %A e
as u1 'chgrp u1 e; echo $?; stat -c %A e'; chmod 6755 e; chown u2 e; stat -c %A e; chmod 6755 e; echo x >>e; stat -c %A e
chmod 2644 e; chown u1 e; stat -c %A e; chown u1:u2 e; chmod 2755 e; as u1 'chmod 2755 e; stat -c %A e; chmod g+s e; stat -c %A e'
chmod 6777 e; as u2 'echo y >>e'; stat -c %A e; chmod 6777 e; as u2 'truncate -s 10 e'; stat -c %A e; chmod 3777 sg; stat -c %A sg; chmod g-s sg; stat -c %A sg; chmod 755 sg; stat -c '%A' sg
