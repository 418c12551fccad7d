// SPDX-License-Identifier: MPL-2.0

// Generates the interpreter tier ahead of time: making it takes longer than all else at start.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildOpTable } from "../dist/cpu/decode/op-table.js";
import { buildTier0 } from "../dist/cpu/tier0/build.js";

const directory = fileURLToPath(new URL("../dist/generated/", import.meta.url));
mkdirSync(directory, { recursive: true });
writeFileSync(`${directory}tier0.wasm`, buildTier0(buildOpTable()));
