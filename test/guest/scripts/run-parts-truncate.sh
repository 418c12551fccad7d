# SPDX-License-Identifier: MPL-2.0
#
# run-parts, truncate, shred and fallocate.
mkdir p; printf '#!/bin/sh\necho one $1\n' >p/a
printf '#!/bin/sh\necho two; exit 3\n' >p/b
chmod +x p/a p/b; echo no >p/c
run-parts p; echo $?; run-parts -a arg p 2>&1 | head -n 1
run-parts --test p; chmod -x p/b; run-parts p; echo $?
run-parts nosuch; echo $?
fallocate -l 1000 f; stat -c %s f; truncate -s 5 f
stat -c %s f; truncate -s 1k f; stat -c %s f
od -An -tx1 f | head -n 1; truncate -c -s 1 none; ls none
fallocate -o 2000 -l 24 f; stat -c %s f; truncate -s 1 .; echo $?
shred -u -n 1 f; ls f; echo data >g; shred -n 1 -z g; stat -c %s g; tr -d '\0' <g | wc -c; truncate g; echo $?
