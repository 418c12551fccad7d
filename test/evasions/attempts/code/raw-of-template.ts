// SPDX-License-Identifier: MPL-2.0

// The maker of functions, from the function that a template calls.

export default (): unknown => String.raw.constructor("return globalThis.process")();
