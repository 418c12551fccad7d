// SPDX-License-Identifier: MPL-2.0

// A brand of one's own by a weak map at module level.

const BRANDED: WeakMap<object, true> = new WeakMap();

export default (): unknown => BRANDED.has({});
