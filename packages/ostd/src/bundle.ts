// SPDX-License-Identifier: MPL-2.0

// The form of a kernel's bundle, for those who make one (command line, sandbox, boot images) and
// for those who evaluate it. It is one expression, a function of the modules that it may import:
// what it is not given it can not name.

/** The modules that a bundle may be given: kernels get the first alone, their tests both. */
export const BUNDLE_MODULES: readonly string[] = ["@aster/ostd", "@aster/ostd/ktest"];

/**
 * The global names that a kernel sees: the pure part of ECMAScript's library. A bundle takes each
 * once, as it begins: in a compartment, looking a global up costs a hundred times a variable.
 */
export const KERNEL_GLOBALS: readonly string[] = [
  ...["NaN", "Infinity", "isFinite", "isNaN", "parseFloat", "parseInt"],
  ...["Array", "BigInt", "Boolean", "JSON", "Map", "Math", "Number", "Object", "Promise", "RegExp"],
  ...["Set", "String", "Symbol", "WeakMap", "WeakSet"],
  ...["Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"],
  ...["ArrayBuffer", "DataView", "BigInt64Array", "BigUint64Array", "Float32Array"],
  ...["Float64Array", "Int8Array", "Int16Array", "Int32Array", "Uint8Array"],
  ...["Uint8ClampedArray", "Uint16Array", "Uint32Array"],
];

const HEAD =
  '(function (modules) { "use strict"; ' +
  `const { ${KERNEL_GLOBALS.join(", ")} } = globalThis; const module = { exports: {} };`;
const TAIL = "return module.exports; })";

/** What we use of esbuild's options. */
interface BundleOptions {
  readonly bundle: true;
  readonly format: "cjs";
  readonly platform: "neutral";
  readonly mainFields: string[];
  readonly target: string;
  readonly supported: Record<string, boolean>;
  readonly banner: Record<string, string>;
  readonly footer: Record<string, string>;
  readonly legalComments: "none";
}

/**
 * esbuild's options for a bundle: ES2020 with the fields of classes, which is what the engine of
 * bare metal understands.
 */
export const BUNDLE_OPTIONS: BundleOptions = {
  bundle: true,
  format: "cjs",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2020",
  supported: {
    "class-field": true,
    "class-private-accessor": true,
    "class-private-field": true,
    "class-private-method": true,
    "class-private-static-accessor": true,
    "class-private-static-field": true,
    "class-private-static-method": true,
    "class-static-field": true,
  },
  banner: { js: HEAD },
  footer: { js: TAIL },
  legalComments: "none",
};

/**
 * The source of the module that stands in for `specifier`, whose exports are `names`, while a
 * bundle is made. What of it is not used leaves nothing in the bundle.
 */
export function endowedModule(specifier: string, names: readonly string[]): string {
  const from = JSON.stringify(specifier);
  const lines = names
    .filter((name) => name !== "default")
    .map((name) => `export const ${name} = /* @__PURE__ */ given("${name}");`);
  return [`const given = (name) => modules[${from}][name];`, ...lines].join("\n");
}

/** Whether a file's text is such a bundle. */
export function isBundle(text: string): boolean {
  return text.startsWith(HEAD);
}

/** The modules that a bundle is given, by the names that it imports them by. */
export type BundleModules = Readonly<Record<string, object>>;
