// SPDX-License-Identifier: MPL-2.0

// The host's locale, by upper case.

export default (): unknown => "i".toLocaleUpperCase();
