# SPDX-License-Identifier: MPL-2.0
#
# case: patterns, alternatives, order, no match, quoting, status.
t() { case $1 in
  a) echo letter a;; b|c) echo b or c;; [0-9]) echo digit;; [0-9]*) echo starts with digit;;
  *.txt) echo text;; "x*y") echo quoted star;; '') echo empty;; ?) echo one character;;
  (paren) echo parenthesis;; *\ *) echo has space;; *) echo other;; esac; }
for w in a b c 5 57up file.txt 'x*y' xzy '' q paren 'has space' '[' '*'; do t "$w"; done
case x in y) ;; esac; echo "no match: $?"
case x in x) false;; esac; echo "last command: $?"
case "$(echo sub)" in su?) echo substitution;; esac
p='a*'; case abc in $p) echo unquoted pattern expands;; esac
case abc in "$p") echo no;; *) echo quoted is literal;; esac
case / in [!a-z]) echo not a letter;; esac
case a in [[:alpha:]]) echo class;; esac
case - in [a-]) echo dash;; esac
case ] in []]) echo bracket;; esac
case x in x) case y in y) echo nested;; esac;; esac
