// SPDX-License-Identifier: MPL-2.0

// `any` from a weak map that was not told its types.

export default (): unknown => new WeakMap().get({}).power;
