// SPDX-License-Identifier: MPL-2.0

// A file that is no module, whose interfaces are everybody's.

interface Array<T> {
  secret: T;
}
const x: number = [1].secret;
