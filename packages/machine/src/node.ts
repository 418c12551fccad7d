// SPDX-License-Identifier: MPL-2.0

export { nodeEntropy } from "./host/node/entropy.ts";
export { FileBlockBackend } from "./host/node/file-block.ts";
export { pumpInput, pumpOutput, type HostPort, type OutputPump } from "./host/node/streams.ts";
export { loadTier0 } from "./host/node/tier0.ts";
export {
  HostTerminal,
  onFatalSignals,
  terminalSize,
  type FatalSignal,
  type HostTerminalOptions,
} from "./host/node/terminal.ts";
export { FolderServer, type FolderServerOptions } from "./host/node/ninep/folder-server.ts";
