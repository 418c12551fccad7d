// SPDX-License-Identifier: MPL-2.0

// `Array.fromAsync`, a promise of the engine's.

export default (): unknown => Array.fromAsync([1]);
