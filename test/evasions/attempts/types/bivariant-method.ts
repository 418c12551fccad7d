// SPDX-License-Identifier: MPL-2.0

// A method with a narrower parameter, under the type of the wider, to give OSTD a frame that is none.

import { UFrame } from "@aster/ostd";

interface Sink {
  take(value: object): void;
}
class FrameSink implements Sink {
  take(value: UFrame): void {
    value.clone().drop();
  }
}

export default (): unknown => {
  const sink: Sink = new FrameSink();
  sink.take({ clone: UFrame.prototype.clone });
  return "GAINED";
};
