// SPDX-License-Identifier: MPL-2.0
// An image's program: the contract of `Hardware`, checked on the machine. Prints a line for each
// promise and powers off with success when all are kept.

import type { Hardware } from "@aster/hardware";
import { hardwareContract } from "@aster/hardware/contract";
import { BareHardware } from "./bare-hardware.ts";
import { takeNative, type Native } from "./native.ts";

const native = takeNative();
let framesMade = 0;

/** There is one machine: a fresh one is the same with its state set up anew. */
function create(): Hardware {
  // The check before may have left an address space in frames that are used anew.
  native.setRoot(0);
  const firstFrame = framesMade;
  const fresh = Object.create(native, {
    newFrame: {
      value: (): ArrayBuffer | undefined => {
        framesMade += 1;
        return native.newFrame();
      },
    },
    enter: {
      value: (frame: number, events: number): number => native.enter(firstFrame + frame, events),
    },
  }) as Native;
  return new BareHardware(fresh);
}

function print(line: string): void {
  for (const character of `${line}\n`) {
    native.consoleWrite(character.charCodeAt(0));
  }
}

async function check(): Promise<void> {
  let failures = 0;
  for (const promise of hardwareContract) {
    try {
      await promise.run(create);
      print(`ok ${promise.name}`);
    } catch (error) {
      failures += 1;
      const text =
        error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
      print(`not ok ${promise.name}: ${text}`);
    }
  }
  create().powerOff(failures);
}

void check();
