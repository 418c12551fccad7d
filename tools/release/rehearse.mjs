// SPDX-License-Identifier: MPL-2.0

// Rehearses a release: publishes all packages to a registry of its own, installs from it in an empty
// folder and works there as a user does. Prints sizes and counts, and fails where one is out of
// bounds. Needs a build, and a registry for what our packages depend on.

import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { INSTALLED_MB, INSTALLED_PACKAGES, PACKED_KB, UNWANTED } from "./bounds.mjs";
import { Registry } from "./registry.mjs";
import { listTarball } from "./tarball.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PUBLINT = "publint@0.3.25";
const ATTW = "@arethetypeswrong/cli@0.18.5";

let failures = 0;

function check(holds, what) {
  process.stdout.write(`${holds ? "ok      " : "FAILED  "}${what}\n`);
  if (!holds) failures += 1;
}

/** Runs a program; its exit code and what it printed. */
function run(cwd, program, ...args) {
  const env = { ...process.env, npm_config_update_notifier: "false", CI: "1" };
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { cwd, env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? -1), stdout, stderr });
      },
    );
    child.stdin.end();
  });
}

async function mustRun(cwd, program, ...args) {
  const result = await run(cwd, program, ...args);
  if (result.code !== 0) {
    const command = [program, ...args].join(" ");
    throw new Error(`${command}: exit code ${result.code}\n${result.stdout}${result.stderr}`);
  }
  return result;
}

async function publish(registry, work) {
  const auth = join(work, "auth.npmrc");
  writeFileSync(auth, `${registry.url.replace("http:", "")}:_authToken=rehearsal\n`);
  const args = ["--registry", registry.url, "--npmrc-auth-file", auth, "--no-git-checks"];
  await mustRun(ROOT, "pnpm", "-r", "publish", ...args);
  const published = registry.published();
  check(
    published.length === Object.keys(PACKED_KB).length,
    `${published.length} packages published`,
  );
  return published;
}

/** Sizes and contents of the tarballs, and what the two checkers of packages say. */
async function inspect(published, tarballs) {
  mkdirSync(tarballs);
  for (const { name, version, tarball } of published) {
    const files = listTarball(tarball);
    const kb = tarball.length / 1000;
    const bound = PACKED_KB[name] ?? 0;
    check(kb <= bound, `${name} ${version}: ${kb.toFixed(0)} kB packed (at most ${bound})`);
    const unwanted = files.filter((file) => UNWANTED.test(file.name)).map((file) => file.name);
    check(
      unwanted.length === 0,
      `${name}: ${files.length} files, no tests ${unwanted.slice(0, 5)}`,
    );
    const file = join(tarballs, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
    writeFileSync(file, tarball);
    const publint = await run(tarballs, "pnpm", "dlx", PUBLINT, "run", file, "--strict");
    check(publint.code === 0, `${name}: publint ${publint.code === 0 ? "" : publint.stdout}`);
    const attw = await run(tarballs, "pnpm", "dlx", ATTW, file, "--profile", "esm-only");
    check(attw.code === 0, `${name}: are the types wrong ${attw.code === 0 ? "no" : attw.stdout}`);
  }
}

/** Everything under a folder: packages that are in it, and bytes. */
function measure(directory) {
  let [packages, bytes] = [0, 0];
  const visit = (at, isPackage) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isFile()) bytes += statSync(path).size;
      if (entry.isFile() && isPackage && entry.name === "package.json") packages += 1;
      if (!entry.isDirectory()) continue;
      const inModules = at.endsWith("node_modules") || /node_modules\/@[^/]+$/.test(at);
      visit(path, inModules && !entry.name.startsWith("@") && !entry.name.startsWith("."));
    }
  };
  visit(directory, false);
  return { packages, megabytes: bytes / 1e6 };
}

/** Works with what was installed: `install` makes a project's packages come. */
async function tryProjects(directory, manager, newArgs) {
  const osdk = join(directory, "node_modules", ".bin", "osdk");
  for (const [kind, name] of [
    ["--kernel", "myos"],
    ["--library", "mylib"],
  ]) {
    await mustRun(directory, osdk, "new", kind, name, ...newArgs);
    const project = join(directory, name);
    if (newArgs.length === 0) cpSync(join(directory, ".npmrc"), join(project, ".npmrc"));
    await mustRun(project, manager, "install");
    const own = join(project, "node_modules", ".bin", "osdk");
    const commands = kind === "--kernel" ? ["run", "build"] : ["test"];
    for (const command of [...commands, "check", "lint"]) {
      const { code, stdout, stderr } = await run(project, own, command);
      const expected = { run: /^Hello world from guest kernel!\n$/, test: /it_works \.\.\. ok/ };
      const holds = code === 0 && (expected[command]?.test(stdout) ?? true);
      const detail = holds ? "" : `: ${code} ${stdout}${stderr}`;
      check(holds, `${manager}: osdk ${command} in ${name}${detail}`);
    }
  }
}

/** What an embedder's first program does; the process has to end by itself. */
const EMBEDDER = `
import { boot, LimitError } from "@aster/sandbox";
const system = await boot({ limits: { memoryMiB: 64 } });
await system.fs.writeFile("/in", "hello");
const { stdout, exitCode } = await system.exec("tr a-z A-Z < /in; exit 7");
const late = await system.exec("sleep 100", { timeout: 100 }).catch((error) => error);
console.log(stdout, exitCode, late instanceof LimitError);
await system.close();
`;

/** Installs the API alone, in a folder of its own, and runs a program on it. */
async function tryApi(work, npmrc) {
  const directory = join(work, "embedder");
  mkdirSync(directory);
  writeFileSync(join(directory, ".npmrc"), npmrc);
  writeFileSync(join(directory, "package.json"), '{ "private": true, "type": "module" }\n');
  await mustRun(directory, "npm", "install", "--no-audit", "--no-fund", "@aster/sandbox");
  writeFileSync(join(directory, "main.js"), EMBEDDER);
  const { code, stdout, stderr } = await run(directory, process.execPath, "main.js");
  const holds = code === 0 && stdout === "HELLO 7 true\n";
  check(holds, `npm: a program on @aster/sandbox${holds ? "" : `: ${code} ${stdout}${stderr}`}`);
}

async function main() {
  const work = mkdtempSync(join(tmpdir(), "aster-release-"));
  const registry = new Registry();
  await registry.start();
  try {
    const published = await publish(registry, work);
    const tarballs = join(work, "tarballs");
    await inspect(published, tarballs);

    const npmrc = `@aster:registry=${registry.url}\n`;
    for (const manager of ["npm", "pnpm"]) {
      const directory = join(work, manager);
      mkdirSync(directory);
      writeFileSync(join(directory, ".npmrc"), npmrc);
      writeFileSync(join(directory, "package.json"), '{ "private": true, "type": "module" }\n');
      // pnpm asks for a word on every package with an install script.
      writeFileSync(join(directory, "pnpm-workspace.yaml"), "allowBuilds: { esbuild: false }\n");
      const add = manager === "npm" ? ["install", "--no-audit", "--no-fund"] : ["add"];
      await mustRun(directory, manager, ...add, "@aster/osdk");
      if (manager === "npm") {
        const { packages, megabytes } = measure(join(directory, "node_modules"));
        check(
          packages <= INSTALLED_PACKAGES,
          `${packages} packages (at most ${INSTALLED_PACKAGES})`,
        );
        check(megabytes <= INSTALLED_MB, `${megabytes.toFixed(1)} MB (at most ${INSTALLED_MB})`);
      }
      const osdk = join(directory, "node_modules", ".bin", "osdk");
      const { code, stdout } = await run(directory, osdk, "run", "--", "sh", "-c", "uname; exit 7");
      check(code === 7 && stdout === "Linux\n", `${manager}: osdk run -- of a Linux program`);
      await tryProjects(directory, manager, []);
    }

    await tryApi(work, npmrc);

    // Without the registry: from the tarballs alone.
    await registry.stop();
    const directory = join(work, "npm");
    for (const name of ["myos", "mylib"]) rmSync(join(directory, name), { recursive: true });
    await tryProjects(directory, "npm", ["--packages", tarballs]);
    for (const name of ["myos", "mylib"]) rmSync(join(directory, name), { recursive: true });
    await tryProjects(directory, "pnpm", ["--packages", tarballs]);
  } finally {
    await registry.stop().catch(() => undefined);
    rmSync(work, { recursive: true, force: true });
  }
  process.stdout.write(
    failures === 0 ? "the rehearsal went well\n" : `${failures} checks failed\n`,
  );
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
