# SPDX-License-Identifier: MPL-2.0
#
# getopts: flags, arguments, clusters, errors loud and silent, --, reset.
parse() { OPTIND=1; while getopts ab:c o "$@"; do echo "$o ${OPTARG-none} $OPTIND"; done
  shift $((OPTIND - 1)); echo "rest: $*"; }
parse -a -b val -c file1 file2
parse -acb joined
parse -bval -- -a not option
parse
parse -x 2>&1
parse -b 2>&1
silent() { OPTIND=1; while getopts :ab: o "$@"; do case $o in
  :) echo "missing argument of $OPTARG";; \?) echo "unknown $OPTARG";; *) echo "$o=${OPTARG-}";; esac; done; }
silent -z -a -b
silent -b 'two words' -a
getopt -o ab:c -l alpha,beta: -- -a x --beta=5 -b 'q r' y
getopt -o a -- -z; echo "bad: $?"
