// SPDX-License-Identifier: MPL-2.0

// The same in a regular expression's `lastIndex`.

const WORD = /a/g;

export default (): unknown => WORD.test("aa");
