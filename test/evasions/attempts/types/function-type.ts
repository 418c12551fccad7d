// SPDX-License-Identifier: MPL-2.0

// A type that may be called with anything.

const call: Function = (value: number) => value;
export default (): unknown => call("not a number");
