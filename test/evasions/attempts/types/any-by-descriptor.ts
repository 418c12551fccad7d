// SPDX-License-Identifier: MPL-2.0

// `any` from the description of a property.

export default (): unknown => Object.getOwnPropertyDescriptor({ a: 1 }, "a")?.value.power;
