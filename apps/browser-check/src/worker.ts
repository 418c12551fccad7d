// SPDX-License-Identifier: MPL-2.0

import { boot } from "./boot.ts";
import type { Answer, Request } from "./messages.ts";

/** Bundled apart: the tests of the CPU, and what runs them. */
const CPU_TESTS = "./cpu-tests.js";

interface CpuTests {
  runRegistered(): Promise<Extract<Answer, { kind: "cpu-tests" }>["tests"]>;
}

async function answer(request: Request): Promise<Answer> {
  if (request.kind === "boot") {
    return { kind: "boot", outcome: await boot(request.jit, request.input) };
  }
  const { runRegistered } = (await import(CPU_TESTS)) as CpuTests;
  return { kind: "cpu-tests", tests: await runRegistered() };
}

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (result) => postMessage(result),
    (error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      postMessage({ kind: "failed", message } satisfies Answer);
    },
  );
});
