# SPDX-License-Identifier: MPL-2.0
#
# Dot scripts: arguments, return status, search in PATH, variables and functions they leave behind.
echo 'sourced=$1; echo "in dot: $#"; return 3' >lib.sh
. ./lib.sh; echo "$? [$sourced]"
. ./lib.sh arg; echo "$? [$sourced]"
echo 'greet() { echo "hello $1"; }; var=left' >lib2.sh
. ./lib2.sh; greet you; echo $var
mkdir bin; echo 'echo found in PATH' >bin/found.sh; PATH=$PATH:/root/bin; . found.sh
(. ./lib2.sh; var=sub); echo $var
echo 'echo "before"; exit 6; echo never' >lib3.sh
(. ./lib3.sh); echo $?
echo 'if true; then' >broken.sh; (. ./broken.sh); echo $?
printf 'echo no newline at end' >lib4.sh; . ./lib4.sh
eval '. ./lib4.sh'; eval "a=1; b=2"; echo $a$b; eval; echo $?
. ./missing.sh; echo "not reached, special builtin fails"
