// SPDX-License-Identifier: MPL-2.0

export { BuildError, type BuildErrorCode } from "./build/build-error.ts";
export { buildImage, type ImageOptions } from "./build/image.ts";
export type { Program } from "./build/program.ts";
export { missingBuildPackages, requireBuildTools, requireQemu } from "./build/tools.ts";
