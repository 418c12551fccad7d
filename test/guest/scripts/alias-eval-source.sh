# eval, dot scripts with and without arguments, alias, command, type, unset, readonly, export.
echo 'sourced=$1; echo "in dot: $#"; return 3' >lib.sh
. ./lib.sh; echo "$? [$sourced]"
. ./lib.sh arg; echo "$? [$sourced]"
. ./missing.sh; echo "not reached, special builtin fails"
