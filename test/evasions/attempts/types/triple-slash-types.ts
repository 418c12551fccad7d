// SPDX-License-Identifier: MPL-2.0

// Types of Node by a triple slash.

/// <reference types="node" />
export default (): unknown => process.env;
