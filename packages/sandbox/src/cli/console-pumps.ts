// SPDX-License-Identifier: MPL-2.0

import type { GuestConsole } from "../system-console.ts";
import { feed, pump } from "./host-connection.ts";

/** What moves bytes between a console and the caller's files. */
export interface ConsolePumps {
  /** Once the system has ended: resolves when the caller has all that it wrote. */
  finish(): Promise<void>;
}

/** Joins a console with standard input and standard output, whose end is the console's. */
export function consolePumps({ input, output }: GuestConsole): ConsolePumps {
  const { stdin, stdout } = process;
  feed(stdin, input);
  const isShown = pump(output, stdout);
  return {
    finish: async () => {
      await isShown;
      stdin.removeAllListeners("data");
      stdin.pause();
    },
  };
}
