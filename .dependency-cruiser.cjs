// SPDX-License-Identifier: MPL-2.0

// The floors of ARCHITECTURE.md as data: a package imports only from floors below its own.
// `pnpm floors` checks them; CI runs it.

/** What each package may import of the others, besides itself. */
const MAY_IMPORT = {
  scml: [],
  "eslint-plugin": [],
  hardware: [],
  machine: ["hardware"],
  ostd: ["hardware"],
  bare: ["hardware", "ostd"],
  kernel: ["ostd"],
  sandbox: ["hardware", "machine", "ostd", "kernel", "scml"],
  osdk: ["hardware", "machine", "bare", "ostd", "kernel", "sandbox", "scml"],
};

const floors = Object.entries(MAY_IMPORT).map(([name, allowed]) => ({
  name: `floor-of-${name}`,
  comment: `@aster/${name} imports only: ${allowed.join(", ") || "no package of ours"}`,
  severity: "error",
  from: { path: `^packages/${name}/src/` },
  to: { path: "^packages/", pathNot: `^packages/(${[name, ...allowed].join("|")})/` },
}));

const noNode = ["hardware", "ostd", "kernel"].map((name) => ({
  name: `no-host-in-${name}`,
  comment: `@aster/${name} runs on machines that have no Node: it may not import from it`,
  severity: "error",
  from: { path: `^packages/${name}/src/`, pathNot: "\\.test\\.ts$" },
  to: { dependencyTypes: ["core"] },
}));

module.exports = {
  forbidden: [
    ...floors,
    ...noNode,
    {
      name: "no-host-in-bare-guest",
      comment:
        "What runs in the image has no Node: it may import neither from it nor from the build",
      severity: "error",
      from: { path: "^packages/bare/src/guest/" },
      to: { path: "^packages/bare/src/(?!guest/)|^node:" },
    },
    {
      name: "kernel-imports-ostd-alone",
      comment: "At run time the kernel knows @aster/ostd's public entry and nothing else",
      severity: "error",
      from: { path: "^packages/kernel/src/", pathNot: "\\.test\\.ts$|/testing/" },
      to: {
        path: "^packages/ostd/",
        pathNot: "^packages/ostd/(src|dist)/(index|ktest)\\.(ts|js|d\\.ts)$",
      },
    },
    {
      name: "ktest-in-tests-alone",
      comment: "@aster/ostd/ktest registers kernel-mode tests, which stand in *.ktest.ts",
      severity: "error",
      from: { path: "^packages/kernel/src/", pathNot: "\\.(ktest|test)\\.ts$|/testing/" },
      to: { path: "^packages/ostd/(src|dist)/ktest\\." },
    },
    {
      name: "no-cycles-of-values",
      comment: "Within a package files may know each other's types; what runs has an order",
      severity: "error",
      from: { path: "^packages/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-cycles-between-packages",
      comment: "Floors have an order",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/", pathNot: "^packages/$1/", circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default"] },
  },
};
