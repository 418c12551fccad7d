// SPDX-License-Identifier: MPL-2.0

import { SandboxError } from "./errors.ts";

/**
 * Whether the machine compiles hot code to WebAssembly. "off" only interprets; "eager" compiles all code when it is first met,
 * which is slow, and a test of the compiler.
 */
export type JitMode = "off" | "on" | "eager";

export const JIT_MODES: readonly JitMode[] = ["off", "on", "eager"];

/**
 * Says clearly what this place does not allow: throws `SandboxError` where the machine cannot run as asked, and warns
 * where nobody asked and it will only interpret. `refusal` tells why WebAssembly cannot be compiled, if so;
 * `hasInterpreter` whether there is a compiled module of the interpreter.
 */
export function checkCompilation(
  jit: JitMode | undefined,
  refusal: () => string | undefined,
  hasInterpreter: boolean,
): void {
  if (!("WebAssembly" in globalThis)) {
    throw new SandboxError(
      "no-webassembly",
      "this Node has no WebAssembly, which the machine is made of (is it run with --jitless?)",
    );
  }
  if (jit === "off" && hasInterpreter) return;
  const reason = refusal();
  if (reason === undefined) return;
  const what = `this place forbids compiling WebAssembly at run time (${reason})`;
  if (!hasInterpreter) {
    throw new SandboxError("no-webassembly", `${what}, and the interpreter is not compiled yet`);
  }
  if (jit !== undefined) {
    throw new SandboxError("no-webassembly", `${what}; run with --jit=off (jit: "off")`);
  }
  process.emitWarning(`${what}: programs are only interpreted`, { code: "ASTER_NO_JIT" });
}
