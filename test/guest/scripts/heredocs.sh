# SPDX-License-Identifier: MPL-2.0
#
# Here-documents: expansion, quoted delimiter, tab stripping, nesting, large bodies.
name=world
cat <<EOF
hello $name, $((6 * 7)), $(echo sub), \$escaped, `echo old`
EOF
cat <<'EOF'
raw $name $(not run) \n
EOF
cat <<-EOF
	tabs stripped
	  spaces kept
	EOF
cat <<A; cat <<B
first
A
second
B
while read -r line; do echo "<$line>"; done <<EOF
one
  two \x
three
EOF
f() { cat <<EOF
args: $1 $2
EOF
}
f a b
big=$(seq 1 5000)
cat <<EOF | md5sum
$big
EOF
cat <<EOF | tail -n 1
$big$big$big$big
EOF
(cat; echo "fd 3: $(cat <&3)") <<X 3<<Y
stdin
X
three
Y
