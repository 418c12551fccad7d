// SPDX-License-Identifier: MPL-2.0

// Makes dist/scml.vsix, which `code --install-extension` takes: the extension, its language server
// and what VS Code wants to know of them, in one zip file.

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { zipSync } from "fflate";
import { contentTypes, vsixManifest } from "./vsix-manifest.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const FOLDER = path("../dist/extension");
const OUT = path("../dist/scml.vsix");

rmSync(FOLDER, { recursive: true, force: true });
cpSync(path("../extension"), FOLDER, {
  recursive: true,
  filter: (source) => !source.endsWith("/manifest.json"),
});
cpSync(path("../../../LICENSE"), join(FOLDER, "LICENSE.txt"));

const { version } = JSON.parse(readFileSync(path("../package.json"), "utf8"));
const manifest = {
  ...JSON.parse(readFileSync(path("../extension/manifest.json"), "utf8")),
  version,
};
writeFileSync(join(FOLDER, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);

const { metafile } = await build({
  metafile: true,
  entryPoints: { extension: path("../dist/js/extension.js"), server: path("../dist/js/server.js") },
  outdir: FOLDER,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  minify: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  // VS Code itself gives it to extensions.
  external: ["vscode"],
  legalComments: "none",
  logLevel: "warning",
});

writeFileSync(join(FOLDER, "ThirdPartyNotices.txt"), notices(Object.keys(metafile.inputs)));

/** The licences of what was bundled and is not ours. */
function notices(inputs) {
  const root = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/;
  const folders = new Set(inputs.flatMap((input) => root.exec(input)?.[1] ?? []));
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
      if (licence === undefined) throw new Error(`${name} has no file with its licence`);
      return `${name} ${version}\n\n${readFileSync(join(folder, licence), "utf8").trim()}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(FOLDER.length + 1))
  .sort();
const text = new TextEncoder();
const entries = {
  "[Content_Types].xml": text.encode(contentTypes(files)),
  "extension.vsixmanifest": text.encode(vsixManifest(manifest)),
  ...Object.fromEntries(
    files.map((name) => [`extension/${name}`, readFileSync(join(FOLDER, name))]),
  ),
};
// The same files make the same bytes: zip files hold times, which begin in 1980.
writeFileSync(OUT, zipSync(entries, { level: 9, mtime: "1980-01-01" }));
process.stdout.write(`${OUT}: ${Math.round(readFileSync(OUT).length / 1024)} KiB\n`);
