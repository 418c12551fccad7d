// SPDX-License-Identifier: MPL-2.0

// An array that shrinks while user memory is copied to it.

import { injectUserPageFaultHandler, VmSpace } from "@aster/ostd";

export default (): unknown => {
  const options = { maxByteLength: 8192 };
  const Buffers = ArrayBuffer as unknown as new (
    length: number,
    options: object,
  ) => ArrayBuffer & { resize(length: number): void };
  const buffer = new Buffers(8192, options);
  const bytes = new Uint8Array(buffer);
  injectUserPageFaultHandler((address) => {
    buffer.resize(16);
    return VmSpace.create()?.mapZeroedPage(address, 3) ?? false;
  });
  const space = VmSpace.create();
  space?.mapZeroedPage(0x1000, 3);
  return space?.readBytes(0x1ff0, bytes, 0, 4096);
};
