// SPDX-License-Identifier: MPL-2.0

// A comment that names another source.

export default (): unknown => 1;
//# sourceMappingURL=data:application/json,{"version":3,"sources":["file:///etc/passwd"],"mappings":""}
