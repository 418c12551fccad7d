// SPDX-License-Identifier: MPL-2.0

export { loadManifest, parseManifest } from "./manifest/load.ts";
export { ManifestError } from "./manifest/manifest-error.ts";
export type { Complaint } from "./manifest/manifest-error.ts";
export { resolveAction, UnknownSchemeError } from "./manifest/resolve.ts";
export type { ResolvedAction } from "./manifest/resolve.ts";
export type { Manifest, Scheme } from "./manifest/schema.ts";
export { linuxInQemu } from "./qemu/linux.ts";
export type { LinuxInQemu, LinuxInQemuOptions } from "./qemu/linux.ts";
export type { LinuxTemplate } from "./qemu/template.ts";
