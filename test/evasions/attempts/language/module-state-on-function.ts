// SPDX-License-Identifier: MPL-2.0

// The same on a function.

function work(): void {}
work.count = 0;

export default (): unknown => ++work.count;
