// SPDX-License-Identifier: MPL-2.0

// What says of itself that it is an array of bytes.

import { printBytes } from "@aster/ostd";

class Bytes extends DataView {
  get [Symbol.toStringTag](): "DataView" {
    return "DataView";
  }
}

export default (): unknown => {
  const bytes: unknown = new Bytes(new ArrayBuffer(8));
  if (bytes instanceof Uint8Array) printBytes(bytes);
  return 0;
};
