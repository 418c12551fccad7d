// SPDX-License-Identifier: MPL-2.0
export interface Secret {
  x: number;
}
