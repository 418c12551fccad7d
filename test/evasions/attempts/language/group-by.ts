// SPDX-License-Identifier: MPL-2.0

// `Object.groupBy`, an object by computed names.

export default (): unknown => Object.groupBy(["constructor"], (name) => name);
