// SPDX-License-Identifier: MPL-2.0

// The same by `export *`.

export * from "./secret.unsafe.ts";

export default (): unknown => 0;
