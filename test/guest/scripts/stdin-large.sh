# SPDX-License-Identifier: MPL-2.0
#
# Standard input larger than a pipe: counted and sorted without loss.
tee copy | wc -l; md5sum <copy; sort copy | head -n 2; wc -c <copy; cat | wc -c
