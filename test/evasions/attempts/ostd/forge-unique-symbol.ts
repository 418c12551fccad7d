// SPDX-License-Identifier: MPL-2.0

// A brand of one's own that looks like another's.

declare const brand: unique symbol;
type Branded = number & { readonly [brand]: true };

export default (): unknown => 1 as Branded;
