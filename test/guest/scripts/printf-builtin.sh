# SPDX-License-Identifier: MPL-2.0
#
# printf: conversions, widths, escapes, reuse of the format, errors.
printf '%s|%5s|%-5s|%.2s|\n' abc abc abc abc
printf '%d|%5d|%-5d|%05d|%+d|% d\n' 42 42 42 42 42 42
printf '%x %X %o %u %c\n' 255 255 8 7 xyz
printf '%#x %#o %e %f %g %.3f\n' 255 8 12345.678 3.5 0.0001 2.71828
printf '%s-%s\n' a b c d e
printf '%d %d\n' 0x10 010
printf '%d\n' "'A"
printf 'tab\there\\ \101 \x41\n'
printf '%b\n' 'a\tb\n\0101c'
printf '%%|%5%|\n'
printf '%*d|%-*d|%.*s\n' 6 42 6 42 2 abc
printf 'no newline'; printf '\n'
printf '%d\n' abc; echo "not a number: $?"
printf '%d\n' 12x; echo "trailing: $?"
printf '%q\n' x; echo "unknown: $?"
printf; echo "no format: $?"
printf '%s\n'; printf '%d\n'
printf 'stop\chere\n'; printf '%b' 'x\cy'; echo
printf '%d %d\n' 9223372036854775807 -9223372036854775808
printf '%s\n' -- -n
printf '%5.1f|%-8.3e|%G\n' 3.14159 31415.9 1e-10
