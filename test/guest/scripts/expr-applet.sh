# SPDX-License-Identifier: MPL-2.0
#
# expr: arithmetic, comparison, strings, patterns, statuses.
expr 1 + 2; expr 7 - 10; expr 6 \* 7; expr 17 / 5
expr -17 % 5; expr \( 1 + 2 \) \* 3; expr 1 + 2 \* 3
expr 2 \< 10; expr b \< a; expr abc = abc
expr abc != abc; expr 10 = 10.0
expr abc : 'a.c'; expr abcdef : 'abc'
expr foobar : '.*\(oba\)'; expr foo : bar; echo $?
expr length hello; expr substr hello 2 3
expr index hello lo; expr match abc 'ab*'
expr match abc '\(b\)'; echo $?
expr 0; echo $?; expr ''; echo $?; expr 0 \| 5
expr 4 \| 5; expr 0 \& 5; echo $?; expr 4 \& 5
expr 1 / 0; echo $?; expr a + 1; echo $?; expr 1 +; echo $?
expr; echo $?; expr 9223372036854775807 - 1
expr 3 \>= 3 \& 2 \<= 1
expr a '<=' b; expr + length; echo $?; i=0; while [ $i -lt 100 ]; do i=$(expr $i + 1); done; echo $i
