// SPDX-License-Identifier: MPL-2.0

// The same in an object.

import { UFrame } from "@aster/ostd";

interface Sink {
  take(value: object): void;
}
const FRAMES = {
  take(value: UFrame): void {
    value.clone().drop();
  },
} as const;

export default (): unknown => {
  const sink: Sink = FRAMES;
  sink.take({ clone: UFrame.prototype.clone });
  return "GAINED";
};
