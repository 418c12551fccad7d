// SPDX-License-Identifier: MPL-2.0

// Needs a build of all packages. What a compartment keeps from a kernel is test/evasions' matter:
// here is which realm is hardened, and which is left alone.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "@jest/globals";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "aster-compartment-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program of the host prints, as JSON. */
function run(program: string): Promise<unknown> {
  const file = join(folder, "program.mjs");
  writeFileSync(file, program);
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [file], (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(error);
    });
  });
}

const BUNDLE_HEAD = `import { BUNDLE_OPTIONS } from "${DIST}../../ostd/dist/bundle.js";`;

test("boot() leaves the realm of its caller as it is", async () => {
  const found = await run(`
    import { boot } from "${DIST}index.js";
    const system = await boot();
    const { exitCode } = await system.exec("true");
    await system.close();
    const isFrozen = [Object, Array, Uint8Array].some((one) => Object.isFrozen(one.prototype));
    console.log(JSON.stringify({ exitCode, isFrozen, hasSes: "lockdown" in globalThis }));
  `);
  expect(found).toEqual({ exitCode: 0, isFrozen: false, hasSes: false });
});

test("a hardened realm is frozen, and its typed arrays are stored to as before", async () => {
  const found = await run(`
    import { hardenRealm } from "${DIST}compartment.js";
    await hardenRealm();
    const bytes = new Uint8Array(2);
    bytes[1] = 300;
    const isFrozen = [Object, Array, Uint8Array, Map, Promise, Function].every(
      (one) => Object.isFrozen(one.prototype),
    );
    console.log(JSON.stringify({ isFrozen, stored: bytes[1] }));
  `);
  expect(found).toEqual({ isFrozen: true, stored: 44 });
});

test("a bundle gets what it is given and no more; its errors name its lines", async () => {
  const bundle = join(folder, "kernel.js");
  const found = await run(`
    ${BUNDLE_HEAD}
    import { writeFileSync } from "node:fs";
    import { evaluateBundle } from "${DIST}compartment.js";
    const body = "module.exports = { given: Object.keys(modules), names: Object.keys(Object.getOwnPropertyDescriptors(globalThis)), fail() { throw new Error('here'); } };";
    writeFileSync("${bundle}", [BUNDLE_OPTIONS.banner.js, body, BUNDLE_OPTIONS.footer.js].join("\\n"));
    const { given, names, fail } = await evaluateBundle("${bundle}", { "@aster/ostd": { a: 1 } });
    let stack;
    try { fail(); } catch (error) { stack = error.stack; }
    const host = names.filter((name) => /process|require|fetch|eval|Function|Date|Proxy|Compartment/.test(name));
    console.log(JSON.stringify({ given, host, place: /kernel\\.js:2:\\d+/.test(stack) }));
  `);
  expect(found).toEqual({ given: ["@aster/ostd"], host: [], place: true });
});

test("a file that is no bundle is refused", async () => {
  const found = await run(`
    import { evaluateBundle } from "${DIST}compartment.js";
    console.log(JSON.stringify(await evaluateBundle(process.argv[1], {}).catch((e) => e.message)));
  `);
  expect(found).toMatch(/program\.mjs: expected a bundle made by this version of Aster$/);
});
