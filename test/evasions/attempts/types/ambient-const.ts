// SPDX-License-Identifier: MPL-2.0

// `declare const`.

declare const secret: number;

export default (): unknown => secret;
