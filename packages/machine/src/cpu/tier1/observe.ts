// SPDX-License-Identifier: MPL-2.0

import {
  type Local,
  ModuleBuilder,
  type WasmMemory,
  type WasmModule,
  engine,
  i32,
  select,
} from "../../wasm/index.ts";
import { RAM_BASE, REGION_RETURN, RIP } from "../layout.ts";
import { REGION_PARAMETERS } from "../tier0/region-calls.ts";

let wrapper: WasmModule | undefined;

function wrapperModule(): WasmModule {
  if (wrapper !== undefined) return wrapper;
  const m = new ModuleBuilder();
  m.importMemory("env", "memory", RAM_BASE / 65536);
  const region = m.importFunction("env", "region", REGION_PARAMETERS, ["i32"]);
  const observe = m.importFunction("env", "observe", ["i32", "i32"], []);
  m.exportFunction(
    "region",
    m.function("region", REGION_PARAMETERS, ["i32"], (f, ...parameters) => {
      const code = f.let(f.call(region, ...parameters));
      const back = (parameters[3] as Local).wrap();
      f.do(observe, [code, select(code.eq(REGION_RETURN), back, i32(0).load32(RIP))]);
      f.return(code);
      f.unreachable();
    }),
  );
  return (wrapper = new engine.Module(m.finish()));
}

/** The compiled function `region` with `observe(REGION_*, low half of rip)` called after each run of it. */
export function observed(
  region: unknown,
  memory: WasmMemory,
  observe: (code: number, rip: number) => void,
): unknown {
  const env = { memory, region, observe };
  return new engine.Instance(wrapperModule(), { env }).exports["region"];
}
