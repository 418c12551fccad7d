#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# Makes the empty file systems that the tests start from, with Debian's mke2fs. Fixed identity and
# time, so that making them again changes nothing.
set -eu
cd "$(dirname "$0")"
make() {
  name=$1; size=$2; shift 2
  rm -f "$name.img"
  truncate -s "$size" "$name.img"
  E2FSPROGS_FAKE_TIME=1700000000 mke2fs -q -t ext2 -U 01234567-89ab-cdef-0123-456789abcdef \
    -E hash_seed=01234567-89ab-cdef-0123-456789abcdef,lazy_itable_init=0 "$@" "$name.img"
  gzip -9nf "$name.img"
}
make blocks-1k 8M -b 1024
make blocks-2k 8M -b 2048 -I 128
make blocks-4k 16M -b 4096
