// SPDX-License-Identifier: MPL-2.0

// Looks at every link of the repository's pages, and of the API's pages where they were built
// (`pnpm api`): the file, and the heading in it, must be there. Links to other sites are not asked.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readOptions } from "../command-line/options.mjs";

readOptions({
  help: `Usage: node tools/links/main.mjs

Looks at every link of the repository's pages, and of the API's pages where they were built (pnpm api).
Links to other sites are not asked.

  --help  prints this text
`,
});

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const API = join(ROOT, "target", "api");
const ELSEWHERE = /^(?:[a-z][a-z+.-]*:|\/\/)/i;

const pages = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "--", "*.md"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(ROOT, file)))
  .map((file) => join(ROOT, file));
const apiPages = existsSync(API)
  ? readdirSync(API, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".html"))
      .map((file) => join(API, file))
  : [];

/** The text without what stands in code. */
function withoutCode(text) {
  return text.replaceAll(/^(`{3,}|~{3,})[\s\S]*?^\1\s*$/gm, "").replaceAll(/`[^`\n]*`/g, "``");
}

/** The links of a page as written. */
function linksOf(file) {
  const text = readFileSync(file, "utf8");
  if (file.endsWith(".html"))
    return [...text.matchAll(/\s(?:href|src)="([^"]*)"/g)].map((m) => m[1]);
  const prose = withoutCode(text);
  const inline = [...prose.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const named = [...prose.matchAll(/^\s*\[[^\]]+\]:\s*<?(\S+?)>?\s*$/gm)];
  return [...inline, ...named].map((match) => match[1]);
}

const anchors = new Map();

/** The names of places in a page. */
function anchorsOf(file) {
  if (anchors.has(file)) return anchors.get(file);
  const text = readFileSync(file, "utf8");
  const names = new Set([...text.matchAll(/\s(?:id|name)="([^"]+)"/g)].map((match) => match[1]));
  if (file.endsWith(".md")) {
    const seen = new Map();
    for (const [, title] of text
      .replaceAll(/^(`{3,})[\s\S]*?^\1\s*$/gm, "")
      .matchAll(/^#+\s+(.*)$/gm)) {
      const slug = slugOf(title);
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      names.add(count === 0 ? slug : `${slug}-${count}`);
    }
  }
  anchors.set(file, names);
  return names;
}

/** A heading's anchor, as GitHub makes it. */
function slugOf(title) {
  return title
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");
}

/** What is wrong with a link; undefined when it leads somewhere. */
function faultOf(link, page) {
  if (ELSEWHERE.test(link) || link === "") return undefined;
  const [path = "", anchor] = decodeURI(link.replaceAll("&amp;", "&")).split("#");
  const file = path === "" ? page : resolve(dirname(page), path.split("?")[0]);
  if (!existsSync(file)) return "there is no such file";
  if (anchor === undefined || anchor === "" || statSync(file).isDirectory()) return undefined;
  if (!/\.(md|html)$/.test(file)) return undefined;
  return anchorsOf(file).has(decodeURIComponent(anchor)) ? undefined : "there is no such heading";
}

let broken = 0;
let count = 0;
for (const page of [...pages, ...apiPages]) {
  for (const link of linksOf(page)) {
    count += 1;
    const fault = faultOf(link, page);
    if (fault === undefined) continue;
    broken += 1;
    process.stderr.write(`${relative(ROOT, page)}: ${link}: ${fault}\n`);
  }
}
process.stdout.write(
  `${broken} of ${count} links on ${pages.length + apiPages.length} pages are broken\n`,
);
process.exitCode = broken === 0 ? 0 : 1;
