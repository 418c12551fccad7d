// SPDX-License-Identifier: MPL-2.0

// Another package, by a directive.

/// <reference path="../../../../packages/machine/dist/index.d.ts" />
import { createMachine } from "@aster/machine";

export default (): unknown => createMachine;
