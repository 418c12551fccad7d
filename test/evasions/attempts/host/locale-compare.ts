// SPDX-License-Identifier: MPL-2.0

// The host's locale, by a comparison.

export default (): unknown => "a".localeCompare("B");
