# SPDX-License-Identifier: MPL-2.0
#
# set -e: where it applies and where it does not.
t() { sh -c "$1"; echo "-> $?"; }
t 'set -e; false; echo no'
t 'set -e; false || echo rescued; echo yes'
t 'set -e; if false; then :; fi; echo yes'
t 'set -e; ! true; echo yes'
t 'set -e; while false; do :; done; echo yes'
t 'set -e; false && true; echo yes'
t 'set -e; true && false; echo no'
t 'set -e; (false); echo no'
t 'set -e; { false; }; echo no'
t 'set -e; f() { false; echo in f; }; f || :; echo yes'
t 'set -e; f() { false; echo in f; }; f; echo no'
t 'set -e; x=$(false); echo no'
t 'set -e; echo $(false); echo yes'
t 'set -e; false | true; echo yes'
t 'set -e; true | false; echo no'
t 'set -e; eval false; echo no'
t 'set -e; set +e; false; echo yes'
t 'set -e; nosuch; echo no'
t 'set -eu; echo $undefined; echo no'
sh -e -c 'false; echo no'; echo $?
