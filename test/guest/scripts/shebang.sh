# SPDX-License-Identifier: MPL-2.0
#
# Interpreter scripts: #! lines with arguments, nesting, missing and bad interpreters, no #! at all.
printf '#!/bin/sh\necho "sh: $0 $*"\n' >a; chmod +x a
./a 1 2; PATH=$PATH:. a via path
printf '#!/bin/cat\nprinted by cat\n' >b; chmod +x b; ./b
printf '#!/bin/echo one  two \n' >c; chmod +x c
./c three; printf '#! /bin/sh\necho space\n' >d
chmod +x d; ./d
printf '#!/root/a inner\n' >e; chmod +x e; ./e outer
printf '#!/no/such/interp\n' >f; chmod +x f; ./f; echo $?
printf '#!/tmp\n' >g; chmod +x g; ./g; echo $?
printf '#!\necho empty interpreter\n' >h; chmod +x h; ./h; echo $?
printf 'echo "no line: $0"\n' >i; chmod +x i; ./i; echo $?
: >j; chmod +x j; ./j; echo "empty: $?"
printf '#!/bin/sh\r\necho cr\r\n' >k; chmod +x k; ./k; echo $?
printf '#!sh\necho relative\n' >l; chmod +x l; ./l; echo $?
printf '#!/root/m\n' >m; chmod +x m; ./m; echo "itself: $?"
printf '#!/root/a' >n; chmod +x n; ./n; echo $?; env ./i; echo $?
env ./f; echo $?; env ./m; echo $?; env ./j; echo $?
env ./h; echo $?
long=$(head -c 300 /dev/zero | tr '\0' x)
printf "#!/bin/$long\n" >o; chmod +x o; ./o 2>/dev/null; echo "long: $?"
printf '#!/bin/busybox awk -f\nBEGIN {print "awk"}\n' >p
chmod +x p; ./p 2>&1 | head -n 1
printf '#!/bin/sh -e\nfalse; echo no\n' >q; chmod +x q
./q; echo $?; chmod 111 a; ./a unreadable; echo $?
chmod 644 a; ./a; echo $?; printf '#!/root/b\n' >r
chmod 644 b; chmod +x r; ./r; echo $?
