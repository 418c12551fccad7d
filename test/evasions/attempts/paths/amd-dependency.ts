// SPDX-License-Identifier: MPL-2.0

// A module of the host, by a directive.

/// <amd-dependency path="node:fs" name="fs" />
declare const fs: { readFileSync(name: string): unknown };
export default (): unknown => fs.readFileSync("/etc/passwd");
