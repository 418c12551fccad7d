// SPDX-License-Identifier: MPL-2.0

// Makes dist/scml.html: the page with its script, the analyzer and the rules of Aster's kernel in
// one file, which needs no server and loads nothing.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { REPORT_STYLE } from "@aster/scml";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const OUT = path("../dist/scml.html");

const { outputFiles } = await build({
  entryPoints: [path("../dist/js/page.js")],
  bundle: true,
  write: false,
  minify: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  define: { KERNEL_RULES: JSON.stringify(readFileSync(path("../../../docs/kernel.scml"), "utf8")) },
});
// The script may not end the element that it stands in.
const script = outputFiles[0].text.replaceAll("</script", "<\\/script");
const page = readFileSync(path("../src/page.html"), "utf8")
  .replace("/* REPORT STYLE */", () => REPORT_STYLE)
  .replace("/* SCRIPT */", () => script);
writeFileSync(OUT, page);
process.stdout.write(`${OUT}: ${Math.round(page.length / 1024)} KiB\n`);
