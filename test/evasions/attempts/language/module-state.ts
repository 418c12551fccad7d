// SPDX-License-Identifier: MPL-2.0

// A variable that all systems share.

let count = 0;

export default (): unknown => ++count;
