// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { Analyzer, check, reportOf, RuleSet, textReport } from "./index.ts";

test("the example of the README does what it says", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const example = /```ts\n([^`]*?)```/.exec(readme)?.[1] ?? "";
  expect(example).toContain("@aster/scml");
  const { program, ok } = check(
    "openat(dirfd, path, flags = O_RDONLY | O_CLOEXEC);",
    "kernel.scml",
  );
  expect(ok).toBe(true);
  const analyzer = new Analyzer([new RuleSet([program])]);
  const reader = analyzer.reader("app.strace");
  reader.write('openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_NOATIME) = 3\n');
  analyzer.finish(reader);
  const report = reportOf(analyzer, ["app.strace"]);
  expect(report.gaps[0]?.cause).toBe("flags: O_NOATIME not in O_RDONLY | O_CLOEXEC");
  expect(readme).toContain(report.gaps[0]?.cause);
  expect(textReport(report)).toContain("1 unsupported");
});

test("the library without files needs nothing of Node", () => {
  const root = new URL("./", import.meta.url);
  const seen = new Set<string>();
  const visit = (url: URL): void => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const text = readFileSync(url, "utf8");
    for (const [, path = ""] of text.matchAll(/from "([^"]+)"/g)) {
      expect(`${url.pathname} imports ${path}`).not.toContain("imports node:");
      visit(new URL(path, url));
    }
  };
  visit(new URL("index.ts", root));
  expect(seen.size).toBeGreaterThan(20);
  expect(readdirSync(root)).toContain("node.ts");
});
