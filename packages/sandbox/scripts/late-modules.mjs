// SPDX-License-Identifier: MPL-2.0

/** Modules of Node's that a plain run does not need, and that take up to some milliseconds each to load. */
const LATE = ["child_process", "crypto", "worker_threads", "zlib"];

/** For esbuild: has a script of CommonJS load these modules as something of theirs is used first. */
export const LATE_MODULES = {
  name: "late-modules",
  setup: (pluginBuild) => {
    const filter = new RegExp(`^node:(?:${LATE.join("|")})$`);
    pluginBuild.onResolve({ filter }, ({ path, namespace }) =>
      namespace === "late" ? { path, external: true } : { path, namespace: "late" },
    );
    pluginBuild.onLoad({ filter: /.*/, namespace: "late" }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== "default");
      const getters = names.map((name) => `get ${name}() { return load().${name}; },`);
      const load = `const load = () => require(${JSON.stringify(path)});`;
      return { contents: [load, "module.exports = {", ...getters, "};"].join("\n") };
    });
  },
};
