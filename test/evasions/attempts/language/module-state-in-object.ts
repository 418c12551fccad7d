// SPDX-License-Identifier: MPL-2.0

// The same in a `const` object.

const state = { count: 0 };

export default (): unknown => ++state.count;
