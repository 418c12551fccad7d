// SPDX-License-Identifier: MPL-2.0

// `any` from the values of an object without a type.

export default (): unknown => Object.values({})[0].power;
