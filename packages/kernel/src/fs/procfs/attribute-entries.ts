// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { ProcEntry } from "./text.ts";

const refuse = (): Result => fail(Errno.EINVAL, "no security module is there");
/** As on Linux without a security module: the files are there, and have nothing to say. */
export const ATTRIBUTES: readonly ProcEntry[] = [
  { name: "current", mode: 0o666, render: refuse, store: refuse },
  { name: "exec", mode: 0o666, render: refuse, store: refuse },
  { name: "fscreate", mode: 0o666, render: refuse, store: refuse },
  { name: "keycreate", mode: 0o666, render: refuse, store: refuse },
  { name: "prev", mode: 0o444, render: refuse },
  { name: "sockcreate", mode: 0o666, render: refuse, store: refuse },
];
