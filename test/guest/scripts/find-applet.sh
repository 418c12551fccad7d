# SPDX-License-Identifier: MPL-2.0
#
# find: tests, operators, actions, depth, pruning.
mkdir -p t/a/b t/c
touch t/f1 t/a/f2.txt t/a/b/f3.txt t/c/f4
ln -s f1 t/link; chmod 600 t/f1; printf 12345 >t/c/f4
find t | sort; find t -type f | sort
find t -type d | sort; find t -type l
find t -name '*.txt' | sort; find t -iname 'F1'
find t -maxdepth 1 | sort; find t -mindepth 2 -type f | sort; find t -name b -prune -o -type f -print | sort
find t -size +0c -type f; find t -size 5c
find t -empty -type f | sort; find t -perm 600
find t -newer t/f1 -name nosuch
find t -path '*a/*' | sort
find t -type f -exec echo found {} \; | sort
find t -type f -name 'f[34]*' -exec echo {} + | tr ' ' '\n' | sort
find t ! -type d ! -name '*.txt' | sort
find t \( -name f1 -o -name f4 \) -print | sort
find t -name f1 -a -type d; find t -depth -name '[ab]'
find t -type f -print0 | tr '\0' '\n' | sort
find t -regex '.*/f[0-9]' | sort
find t -links 1 -name f4; find t -user root -name f1
find t -name f4 -exec false \; -print
find t -name f4 -exec true \; -print
find nosuch; echo $?; find t -badoption; echo $?; find t -follow -type f | sort; find t -xdev -type l -exec readlink {} \;
find t -maxdepth 0; touch -d '2000-01-01' t/old; find t -mtime +1000; find t -type f -quit; find t -inum 0
