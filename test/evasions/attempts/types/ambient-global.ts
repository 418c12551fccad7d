// SPDX-License-Identifier: MPL-2.0

// A member that all objects are said to have.

declare global {
  interface Object {
    secret: number;
  }
}

export default (): unknown => ({}).secret;
