// SPDX-License-Identifier: MPL-2.0

import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { engine, type WasmModule } from "../../wasm/index.ts";

/** Beside the compiled sources; there is none beside the sources themselves. */
const DIST = new URL("../../", import.meta.url);
/** What the interpreter is generated from. */
const GENERATORS = ["cpu/", "wasm/"] as const;

let loaded: { readonly module: WasmModule | undefined } | undefined;

/**
 * The interpreter tier as the build made it, for `MachineOptions.tier0`; undefined where the
 * build did not run, or ran before its sources were last compiled.
 */
export function loadTier0(): WasmModule | undefined {
  loaded ??= { module: load() };
  return loaded.module;
}

function load(): WasmModule | undefined {
  try {
    const path = fileURLToPath(new URL("generated/tier0.wasm", DIST));
    const builtMs = statSync(path).mtimeMs;
    const isCurrent = GENERATORS.every((name) =>
      isOlder(fileURLToPath(new URL(name, DIST)), builtMs),
    );
    return isCurrent ? new engine.Module(readFileSync(path)) : undefined;
  } catch {
    // Missing or damaged: the machine generates its own.
    return undefined;
  }
}

/** Whether no compiled source under `directory` is younger than `timeMs`. */
function isOlder(directory: string, timeMs: number): boolean {
  return readdirSync(directory, { withFileTypes: true }).every((entry) => {
    const path = `${directory}${entry.name}`;
    if (entry.isDirectory()) return isOlder(`${path}/`, timeMs);
    return !entry.name.endsWith(".js") || statSync(path).mtimeMs <= timeMs;
  });
}
