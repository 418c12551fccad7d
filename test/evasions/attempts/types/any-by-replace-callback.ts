// SPDX-License-Identifier: MPL-2.0

// `any` from the groups of a replacement.

export default (): unknown => "a".replace(/a/, (_found, ...groups) => groups[0].power);
