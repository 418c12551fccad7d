# SPDX-License-Identifier: MPL-2.0
#
# exec: replacing the shell, descriptors that persist, failure.
sh -c 'exec echo replaced; echo no'
sh -c 'p=$$; exec sh -c "[ \$\$ = $p ] && echo same pid"'
sh -c 'exec nosuch; echo not reached'; echo $?
sh -c 'exec /tmp; echo not reached'; echo $?
exec 3>log; echo to log >&3; echo more >&3; exec 3>&-; cat log
echo closed >&3; echo "closed: $?"
exec 4<log; read a <&4; read b <&4; echo "$a/$b"; exec 4<&-
exec 5>&1 >captured; echo hidden; exec >&5 5>&-; echo shown; cat captured
exec 6<>rw; echo written >&6; exec 6>&-; cat rw
VAR=v exec_env=1 sh -c 'echo $VAR $exec_env'
sh -c 'exec -a myname sh -c "echo \$0"'
(exec env -i A=b env)
exec 2>errors; ls /nonexistent; exec 2>/dev/null; cat errors
exec cat /etc/group
echo never
