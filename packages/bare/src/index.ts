// SPDX-License-Identifier: MPL-2.0

export { BuildError, type BuildErrorCode } from "./build/build-error.ts";
export { COUNTED_FUNCTIONS, COUNTS_SYMBOL } from "./build/engine-changes.ts";
export { buildImage, type Image, type ImageFunction, type ImageOptions } from "./build/image.ts";
export { engineIdentity, type BuildControl } from "./build/engine.ts";
export { withMultibootHeader } from "./build/multiboot.ts";
export type { Program } from "./build/program.ts";
export {
  missingBuildPackages,
  missingRunPackages,
  requireBuildTools,
  requireQemu,
} from "./build/tools.ts";
export {
  QEMU_STATUS_FAILURE,
  QEMU_STATUS_SUCCESS,
  qemuArguments,
  runQemu,
  type QemuMachine,
  type QemuOptions,
  type QemuRun,
} from "./run/qemu.ts";
