// SPDX-License-Identifier: MPL-2.0

// The prototype of all iterators, by `Iterator`.

export default (): unknown => Iterator;
