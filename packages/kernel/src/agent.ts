// SPDX-License-Identifier: MPL-2.0

/** What a host needs to speak with the agent in the kernel (agent/): no kernel comes with it. */
export { Errno } from "./abi/errno.ts";
export { SIGNAL_COUNT, signalName } from "./abi/signal.ts";
export * from "./agent/protocol.ts";
export { LimitHit } from "./process/limit-hits.ts";
export { Message, MessageParser, MessageWriter } from "./agent/wire.ts";
