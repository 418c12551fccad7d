// SPDX-License-Identifier: MPL-2.0

// A module that is declared and not there.

declare module "@aster/ostd" {
  export const ram: Uint8Array;
}
import { ram } from "@aster/ostd";

export default (): unknown => ram;
