# SPDX-License-Identifier: MPL-2.0
#
# chroot and pivot_root: a tree of its own, .. at its root, links out of it, proc inside, the way back.
mkdir -p j/bin j/etc j/proc j/tmp; cp /bin/busybox j/bin/; for a in sh ls cat pwd readlink echo mount; do ln -s busybox j/bin/$a; done
echo inside >j/etc/mark; ln -s /etc/mark j/abs; ln -s ../../../../etc/mark j/up; echo outside >/etc/mark
chroot j /bin/pwd; chroot j /bin/cat /abs /up /../../etc/mark; chroot j /bin/sh -c 'cd ..; cd ..; pwd; echo *'; chroot j cat /etc/passwd; echo $?
chroot j /bin/sh -c 'mount -t proc none /proc; for l in root cwd exe; do readlink /proc/self/$l; done; cat /proc/mounts | wc -l'; umount j/proc; echo $?
chroot nosuch true; echo $?; chroot /etc/passwd true; echo $?; chroot j nosuchcommand; echo $?; cat j/abs
(exec 5<.; chroot j /bin/sh -c 'echo kept >/proc/self/fd/5/x; echo $?'); mkdir deep; (cd deep; chroot /root/j /bin/pwd)
chroot j /bin/sh -c 'exec </etc/mark; read l; echo $l; echo made >/tmp/f'; cat j/tmp/f; ln j/etc/mark j/hard; chroot j /bin/cat /hard
