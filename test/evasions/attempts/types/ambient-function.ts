// SPDX-License-Identifier: MPL-2.0

// `declare function`.

declare function secret(): number;

export default (): unknown => secret();
