# SPDX-License-Identifier: MPL-2.0
#
# Set-user-ID programs: real and effective ids, nosuid mounts, what ids a shell keeps, /proc's view.
echo 'u1:x:1001:1001::/:/bin/sh' >>/etc/passwd; echo 'u1:x:1001:' >>/etc/group
mkdir /tmp/w; chmod 755 /tmp/w; cd /tmp/w; cp /bin/busybox id; cp /bin/busybox grep; cp /bin/busybox cat
run() { su u1 -c "cd /tmp/w; $*"; }
run './id -u; ./id -g; ./id -ru'; chmod 4755 id grep; run './id -u; ./id -ru; ./id -g'
run './grep -E "^(Uid|Gid|Cap(Inh|Prm|Eff|Amb)):" /proc/self/status' | sed 's/[1-9a-f][0-9a-f]*$/SET/' | grep -v Gid
chmod 2755 id grep; run './id -g; ./id -rg; ./id -u'; run './grep Gid: /proc/self/status'
chmod 6755 id; chown 5:6 id; chmod 6755 id; run './id -u; ./id -g'; chmod 755 id; run './id -u'
mkdir m; mount -t tmpfs -o nosuid none m; chmod 755 m; cp -p grep m; chmod 6755 m/grep; run 'm/grep Uid: /proc/self/status'; umount m
echo secret >s; chmod 600 s; run 'cat s'; echo $?; chmod 4755 cat; run './cat s'; chmod 0755 cat; run './cat s'; echo $?
cat >script <<X
#!/tmp/w/grep Uid:
Uid: mine
X
chmod 4755 script; run ./script; chmod 111 id; run './id -u; ./cat id'; echo $?; run 'ls /root'; echo $?
run 'kill -0 1; kill -0 $$ && echo own; echo $?'; run 'chown 0 script; chmod 777 script; echo $?; echo > /etc/passwd; echo $?'
run 'mknod n c 1 3; mkdir x; mount -t tmpfs none /mnt; chroot / true; true; echo $?'; run 'ulimit -n 100; ulimit -n; ulimit -n 200; echo $?'
