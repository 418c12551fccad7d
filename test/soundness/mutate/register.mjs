// SPDX-License-Identifier: MPL-2.0

// `node --import this-file`: loads OSTD with the fault that OSTD_FAULT names.

import { register } from "node:module";
import { FAULTS } from "./faults.mjs";

const name = process.env.OSTD_FAULT ?? "";
const fault = FAULTS.find((each) => each.name === name);
if (fault === undefined) throw new Error(`no fault is called "${name}"`);
register("./hooks.mjs", import.meta.url, { data: { name, patches: fault.patches } });
