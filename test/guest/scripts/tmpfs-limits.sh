# SPDX-License-Identifier: MPL-2.0
#
# tmpfs: size and nr_inodes, ENOSPC and room again, mode option, sparse files, remount, unlinked files.
mkdir t; mount -t tmpfs -o size=64k,mode=750 none t; stat -c %a t; stat -f -c '%s %b %f' t
dd if=/dev/zero of=t/a bs=4k count=10 2>/dev/null; echo $?; stat -f -c '%f' t
dd if=/dev/zero of=t/b bs=4k count=10 2>&1 | sed 's/,.*//'; stat -c '%s %b' t/a t/b; stat -f -c '%f' t
echo x >t/c; echo $?; stat -c %s t/c; rm t/a; stat -f -c %f t; echo x >t/c; echo $?
truncate -s 1G t/sparse; stat -c '%s %b' t/sparse; echo $?; echo end >>t/sparse; stat -c '%s %b' t/sparse
exec 5>t/gone; head -c 8192 /dev/zero >&5; rm t/gone; stat -f -c %f t; exec 5>&-; stat -f -c %f t
truncate -s 0 t/sparse t/b; stat -f -c %f t; mount -o remount,size=128k t; stat -f -c '%b' t
mount -o remount,ro t; echo x >t/d; mount -o remount,rw t; echo y >t/d; cat t/d; umount t; ls t
mount -t tmpfs -o nr_inodes=4 none t; for i in 1 2 3 4 5; do touch t/$i; done; ls t; mkdir t/d; rm t/1; mkdir t/d; ls t; stat -f -c '%c %d' t; umount t
mount -t tmpfs -o uid=12,gid=34 none t; stat -c '%u %g %a' t; touch t/f; stat -c '%u %g' t/f; umount t
mount -t tmpfs -o size=bogus none t; echo $?; mount -t tmpfs -o nonsense=1 none t; echo $?; mount -t tmpfs -o noexec,nosuid,nodev none t
cp /bin/busybox t/b; t/b true; echo "noexec: $?"; sh -c '. t/s' 2>/dev/null; mknod t/n c 1 3; cat t/n; echo "nodev: $?"; echo 'echo script' >t/s; chmod +x t/s; t/s; echo $?; sh t/s; umount t
