// SPDX-License-Identifier: MPL-2.0

// The maker of functions, its name written with an escape.

export default (): unknown => (() => 1).constructor("return globalThis.process")();
