// SPDX-License-Identifier: MPL-2.0

// An object with an async method, where a plain one is wanted, by its shape.

interface Handler {
  onTimer(): void;
}
class Late {
  async onTimer(): Promise<void> {}
}

export default (): unknown => {
  const handler: Handler = new Late();
  handler.onTimer();
  return 0;
};
