// SPDX-License-Identifier: MPL-2.0

// The host's locale, by the text of a number.

export default (): unknown => (1234.5).toLocaleString();
