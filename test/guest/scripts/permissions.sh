# SPDX-License-Identifier: MPL-2.0
#
# Permissions as another user: reading, writing, executing, searching, sticky directories.
chmod 711 /root; mkdir open closed; chmod 777 open
chmod 700 closed; echo secret >private; chmod 600 private
echo shared >public; echo x >closed/f
cp /bin/busybox noexec; chmod 644 noexec
as() { su nobody -s /bin/sh -c "$1"; }
as 'id -u; id -un; id -g'; as 'cat private'; echo $?
as 'cat public'; as 'echo x >>public'; echo $?
as 'cat closed/f'; echo $?; as 'ls closed'; echo $?
as ': >open/mine && stat -c "%u %a" open/mine'
as 'rm public </dev/null'; echo $?; as './noexec'; echo $?
as 'chmod 777 private'; echo $?; as 'chown 0 open/mine'; echo $?
as 'kill -9 1'; echo $?; as 'mkdir /x'; echo $?
: >/tmp/roots; as 'rm -f /tmp/roots'; echo $?
as ': >/tmp/nobodys; rm /tmp/nobodys; echo removed'
as 'cd closed'; echo $?; as 'mv private open'; echo $?
as 'ln -s a open/l; readlink open/l'
as 'touch -d 2000-01-01 public'; echo $?
as 'renice -n -5 $$'; echo $?; as 'echo $HOME $USER'
as 'chroot / true'; echo $?; as 'hostname newname'; echo $?
as 'chmod 000 open/mine; cat open/mine'; echo $?
chmod 000 private; cat private; cat noexec >/dev/null
./noexec; echo $?
