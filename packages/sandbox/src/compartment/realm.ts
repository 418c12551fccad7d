// SPDX-License-Identifier: MPL-2.0

import { KERNEL_GLOBALS } from "@aster/ostd/bundle";
import { evaluateConfined, type ConfinedScript } from "./confined-script.ts";
import { withQuickFreeze } from "./quick-freeze.ts";

/** What `ses` puts on the global object, as far as it is used here. */
interface Ses {
  readonly lockdown: (options: Readonly<Record<string, string>>) => void;
  readonly harden: <T>(value: T) => T;
  readonly Compartment: new (options: {
    readonly __options__: true;
    readonly globals: Readonly<Record<string, unknown>>;
  }) => Compartment;
}

/** An own global object on the realm's intrinsics. */
interface Compartment {
  readonly globalThis: object;
}

/** A realm whose intrinsics nobody can change any more. */
export interface HardenedRealm {
  /** Freezes a value and all that can be reached from it. */
  harden<T>(value: T): T;
  /** Evaluates a script where it sees a kernel's globals and nothing else. */
  evaluate(script: ConfinedScript): unknown;
}

/**
 * The kernel and OSTD behave as outside: errors have their stacks, locale methods their locales,
 * nobody's console or handlers of rejections are replaced.
 */
const LOCKDOWN = {
  errorTaming: "unsafe",
  stackFiltering: "verbose",
  consoleTaming: "unsafe",
  localeTaming: "unsafe",
  domainTaming: "unsafe",
  evalTaming: "unsafeEval",
  // "moderate" makes accessors of Array.prototype's members, and `[...list]` twenty times as slow.
  overrideTaming: "min",
  errorTrapping: "none",
  unhandledRejectionTrapping: "none",
  reporting: "none",
};

let realm: Promise<HardenedRealm> | undefined;

/**
 * Freezes the intrinsics of this realm, for good and for all that runs in it. Only for a realm of
 * our own: the process of a command, or a worker.
 */
export function hardenRealm(): Promise<HardenedRealm> {
  realm ??= lockDown();
  return realm;
}

async function lockDown(): Promise<HardenedRealm> {
  // `ses` looks at a trace as it loads, which is nothing to read source maps for.
  const { prepareStackTrace } = Error;
  Reflect.deleteProperty(Error, "prepareStackTrace");
  // `ses` keeps the Object.freeze that it finds.
  await withQuickFreeze(() => import("ses"));
  const ses = globalThis as unknown as Ses;
  ses.lockdown(LOCKDOWN);
  if (prepareStackTrace !== undefined) Error.prepareStackTrace = prepareStackTrace;
  const { harden, Compartment } = ses;
  return { harden, evaluate: (script) => evaluateConfined(makeGlobals(Compartment), script) };
}

function makeGlobals(Compartment: Ses["Compartment"]): object {
  // What a compartment lacks of itself: it shares them, and they are as pure as the others.
  const made = new Compartment({ __options__: true, globals: { Float32Array, Float64Array } });
  const globals = made.globalThis;
  for (const name of Reflect.ownKeys(globals)) {
    if (typeof name === "string" && KERNEL_GLOBALS.includes(name)) continue;
    // `undefined` stays, as it must; the others go: eval, Function, Compartment, Proxy, Date…
    if (name !== "undefined" && name !== "globalThis") Reflect.deleteProperty(globals, name);
  }
  return Object.freeze(globals);
}
