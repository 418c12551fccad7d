// SPDX-License-Identifier: MPL-2.0

/** What `aster run` starts with: little, as reading modules one by one is a good part of a short run. The rest is in `cli.ts`. */
export { isCurrent } from "./bundle.ts";
export { runKept } from "./cli/load-kept.ts";
export { runCli } from "./cli/load.ts";
export type { RunOptions } from "./cli/options.ts";
export { parseRunArguments } from "./cli/parse.ts";
