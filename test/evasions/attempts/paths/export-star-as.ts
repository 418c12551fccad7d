// SPDX-License-Identifier: MPL-2.0

// Another package, given on under a name.

export * as machine from "@aster/machine";
export default (): unknown => 1;
