// SPDX-License-Identifier: MPL-2.0

// An import inside of a template.

export default (): unknown => `${import("node:fs")}`;
