// SPDX-License-Identifier: MPL-2.0

// `any` from joining many objects.

export default (): unknown => Object.assign({}, {}, {}, {}, {}).power;
