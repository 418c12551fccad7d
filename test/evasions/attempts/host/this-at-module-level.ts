// SPDX-License-Identifier: MPL-2.0

// `this` outside of all functions.

const self: unknown = this;

export default (): unknown => self;
