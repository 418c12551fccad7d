// SPDX-License-Identifier: MPL-2.0

/** A device that reads, writes and interrupts wherever it is told to. */
export class HostileDevice {
  deviceId = 4;
  deviceFeatures = 0;
  queueSizes = [8];
  config = new Uint8Array(0);
  #transport;

  attach(transport) {
    this.#transport = transport;
  }
  start() {}
  notify() {}
  configWritten() {}
  reset() {}

  /** The byte at a device address, or undefined when the access was refused. */
  read(address) {
    let value;
    this.#transport.memory.visit(address, 1, false, (run) => {
      value = run[0];
    });
    return value;
  }

  /** Whether the write went through. */
  write(address, value) {
    return this.#transport.memory.visit(address, 1, true, (run) => run.fill(value)) === 1;
  }

  message(address, data) {
    this.#transport.sendMessage(address, data);
  }
}
