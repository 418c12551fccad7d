# SPDX-License-Identifier: MPL-2.0
#
# printf: every conversion, widths from arguments, escapes, %b, reuse of the format, wrong numbers.
printf '%d %i %o %x %X %u\n' 42 -42 8 255 255 7; printf '%5d|%-5d|%05d|%+d|% d\n' 42 42 42 42 42
printf '%s|%10s|%-10s|%.2s|%5.1s|\n' abc abc abc abc abc; printf '%c%c%c\n' abc 1 ''; printf '%%|%5%|\n' 2>&1
printf '%f %.2f %e %E %g %G\n' 3.14159 2.5 12345.678 0.00012 1e10 1e-5; printf '%10.3f|%-10.1f|%+.0f\n' 2.71828 2.5 0.5
printf '%*d|%-*d|%.*f\n' 6 42 6 42 2 1.005; printf '%b|%b\n' 'a\tb\n' 'x\0101\c' ; echo
printf 'a\tb\\c\101\x41\n' ; printf '\a\b\f\r\v' | od -An -c; printf 'no newline'; echo
printf '%s-%s\n' 1 2 3 4 5; printf '%d\n'; printf '%s|\n'; printf 'x\n' extra args; printf '%s\n' -- -x
printf '%d\n' abc; echo $?; printf '%d\n' 12abc; echo $?; printf '%d\n' 0x1f 017 "'A" '"B'; printf '%d\n' 99999999999999999999; echo $?
printf '%z\n'; echo $?; printf; echo $?; printf '%s %q\n' a 'b c' 2>&1 | head -n 1
printf '%x\n' -1; printf '%u\n' -1; printf '%d\n' 9223372036854775807; printf '%o\n' 0777; printf '%#x %#o\n' 255 8
printf "%s\n" "$(printf 'line1\nline2\n\n')"; printf '%s' 'é' | wc -c; printf '%3s|\n' 'é'
printf '%s %s %s\n' "a b" 'c' d | cat; printf '%05s|%-05d|\n' ab 3; printf '%ld %lld %hd\n' 1 2 3 2>&1
printf '\e[1m' 2>/dev/null | od -An -c; printf '\u41 \1234 \x4\n' | od -An -c; printf "%b" '\\0a\n'; printf 'a%'; echo " $?"
i=0; while [ $i -lt 3 ]; do printf '%02d:%s ' $i "$(printf '%c' "$i")"; i=$((i + 1)); done; printf '\n'
printf '%.3d|%8.3d|%-8.3d|\n' 5 5 5; printf '%s\n' '%d' '\n'; printf %s a b c; echo; printf -v x 1 2>&1 | head -n 1
