// SPDX-License-Identifier: MPL-2.0

/** What the two kinds of host have: Node has both, a browser only the channel. */
interface HostGlobals {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel: new () => {
    readonly port1: { onmessage: (() => void) | null };
    readonly port2: { postMessage(message: unknown): void };
  };
}

/** Runs `callback` after the host's event loop had a turn: input and timers first. */
export type NextTurn = (callback: () => void) => void;

/** setImmediate in Node (1.3 us); a message to oneself in a browser, which no clamp delays. */
export function createNextTurn(): NextTurn {
  const globals: HostGlobals = globalThis as unknown as HostGlobals;
  const immediate = globals.setImmediate;
  if (immediate !== undefined) return (callback) => void immediate(callback);
  const waiting: (() => void)[] = [];
  const channel = new globals.MessageChannel();
  channel.port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    channel.port2.postMessage(0);
  };
}
