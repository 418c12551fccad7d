// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

const SOURCE = `
interface Unused { readonly lines: "that are gone from the bundle" }
export function thrower(): never {
  throw new TypeError("here");
}
`;

test("a trace through a bundle names file and line of the TypeScript", () => {
  const directory = mkdtempSync(join(tmpdir(), "aster-maps-"));
  try {
    writeFileSync(join(directory, "thrower.ts"), SOURCE);
    buildSync({
      stdin: { contents: `export { thrower } from "./thrower.ts";`, resolveDir: directory },
      outfile: join(directory, "out.mjs"),
      bundle: true,
      format: "esm",
      sourcemap: "linked",
    });
    const script = `
      import { mapStackTraces } from "@maps";
      mapStackTraces(new URL("./", import.meta.url));
      const { thrower } = await import("./out.mjs");
      try { thrower(); } catch (error) { console.log(error.stack); }`;
    buildSync({
      stdin: { contents: script, resolveDir: directory },
      alias: { "@maps": fileURLToPath(new URL("source-maps.ts", import.meta.url)) },
      outfile: join(directory, "main.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      external: ["./out.mjs"],
    });
    const trace = execFileSync(process.execPath, [join(directory, "main.mjs")], {
      encoding: "utf8",
    });
    const [message, first, second] = trace.split("\n");
    expect(message).toBe("TypeError: here");
    expect(first).toBe(`    at thrower (${join(directory, "thrower.ts")}:4:9)`);
    // What is no part of the bundles stays as it is.
    expect(second).toContain(pathToFileURL(join(directory, "main.mjs")).href);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
