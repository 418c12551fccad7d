# SPDX-License-Identifier: MPL-2.0
#
# Names and text beyond ASCII: UTF-8, invalid bytes, control characters in names.
e=$(printf 'caf\303\251'); echo "$e"; echo ${#e}
mkdir "$e"; : >"$e/$(printf '\346\227\245')"
find . -mindepth 1 | sort | od -An -tx1 | head -n 3; ls | od -c | head -n 1
bad=$(printf 'a\377b'); : >"$bad"; for f in a*; do printf %s "$f" | od -An -tx1; done
[ -e "$bad" ] && echo found
nl='new
line'; : >"$nl"; for f in new*; do echo "[$f]"; done; tab=$(printf 't\tx'); : >"$tab"; rm "$tab" "$nl" "$bad"; ls | wc -l
printf '\303\251' | wc -c; printf '\303\251' | wc -m
echo "$e" | tr '\303\251' 'xy'; echo "$e" | sed 's/./X/g'
echo "$e" | rev | od -An -tx1
echo "$e" | awk '{print length($0), toupper($0)}'
echo "$e" | cut -c4 | od -An -tx1
printf '%s|%6s|%.4s\n' "$e" "$e" "$e" | od -An -c
case $e in caf?) echo one;; caf??) echo two;; esac
echo "$e" | grep -c '^....$'
printf '\000a\000' | cat | wc -c; x=$(printf 'a\000b')
echo ${#x}; printf '\033[31mred\033[0m\007\n' | cat -v
env "A=$e" sh -c 'printf %s "$A" | wc -c'
printf '\377\376\200\n' | sort | od -An -tx1
