// SPDX-License-Identifier: MPL-2.0

// The host's names by a triple slash.

/// <reference lib="dom" />
export default (): unknown => document;
