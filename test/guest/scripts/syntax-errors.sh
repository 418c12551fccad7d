# Syntax errors and odd syntax: messages, statuses, comments, continuation, reserved words as arguments.
t() { sh -c "$1"; echo "-> $?"; }
t 'if'; t 'fi'; t 'for'; t 'for 1 in a; do :; done'; t 'case x in'; t 'echo "unclosed'; t "echo 'unclosed"; t 'echo $(unclosed'; t 'echo `unclosed'; t '( echo'; t '{ echo'; t ')'; t '}'; t ';'; t '&'; t '| cat'; t 'cat |'; t '&& x'; t 'echo ${'; t 'echo ${x!}'; t 'f() '; t '1x() { :; }'; t 'while do done'; t 'echo a; ; echo b'; t 'cat <<EOF
body without end'; t 'echo >'; t '> <'; t 'echo $((1 + ))'; t 'if true; then fi'; t '{ }'; t '()'; t 'then'; t 'do'; t '!'
t 'echo if then else fi'; t 'echo a\
b'; t '# only a comment'; t ''; t 'echo a # comment'; t 'if true; then echo x; fi; echo y'; t '{ echo group; }'; t 'for f in a b
do
  echo $f
done'; t 'true; { echo } ; }'; t 'echo {}'; t 'a=1; echo $a; b = 2'; t 'case a in (a) echo x;; esac'; t 'f() (echo subshell body); f'; t 'f() if true; then echo compound; fi; f'; t 'break'; t 'continue'; t 'return 4'; t 'shift 3'; t 'eval "if"'; t '. /nosuch'; t 'trap "if" EXIT'; t 'unset -f nosuch; unset nosuch'; t 'local x'; t 'export 1x'; t 'readonly'
