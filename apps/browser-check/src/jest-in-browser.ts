// SPDX-License-Identifier: MPL-2.0

/** As much of jest as the CPU's tests use, to run them in a browser: stands in for `@jest/globals` there. */

import type { TestOutcome } from "./messages.ts";

interface Group {
  readonly name: string;
  readonly before: (() => unknown)[];
}

interface Registered {
  readonly name: string;
  readonly groups: readonly Group[];
  readonly body: () => unknown;
}

const groups: Group[] = [{ name: "", before: [] }];
const registered: Registered[] = [];

export function describe(name: string, body: () => void): void {
  groups.push({ name, before: [] });
  body();
  groups.pop();
}

export function beforeEach(body: () => unknown): void {
  groups.at(-1)?.before.push(body);
}

function add(name: string, body: () => unknown): void {
  const path = [...groups.map((group) => group.name), name].filter((part) => part !== "");
  registered.push({ name: path.join(" "), groups: [...groups], body });
}

/** `test.each` with rows: `%s` and the like in the name are values of the row. */
function each(rows: readonly unknown[]) {
  return (name: string, body: (...values: never[]) => unknown): void => {
    for (const row of rows) {
      const values = (Array.isArray(row) ? row : [row]) as never[];
      let next = 0;
      add(
        name.replaceAll(/%[a-z]/g, () => String(values[next++])),
        () => body(...values),
      );
    }
  };
}

export const test: typeof add & { readonly each: typeof each } = Object.assign(add, { each });

class Mismatch extends Error {}

function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "object" ? JSON.stringify(value, (_, v) => showLeaf(v)) : String(value);
}

function showLeaf(value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

/** Equal in value: as jest's `toEqual`, for plain data and arrays of numbers. */
function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [left, right] = [a, b].map((value) =>
    Object.entries(value).filter(([, v]) => v !== undefined),
  );
  if (left?.length !== right?.length || a.constructor !== b.constructor) return false;
  const other = b as Readonly<Record<string, unknown>>;
  return (left ?? []).every(([key, value]) => equal(value, other[key]));
}

function contains(actual: unknown, part: unknown): boolean {
  if (typeof actual === "string") return actual.includes(String(part));
  return [...(actual as Iterable<unknown>)].includes(part);
}

function matchesError(body: unknown, expected: unknown): boolean {
  try {
    (body as () => unknown)();
    return false;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (expected === undefined) return true;
    return expected instanceof RegExp ? expected.test(message) : message.includes(String(expected));
  }
}

const MATCHERS: Readonly<Record<string, (actual: never, expected: never) => boolean>> = {
  toBe: (actual, expected) => Object.is(actual, expected),
  toEqual: equal,
  toContain: contains,
  toThrow: matchesError,
  toMatch: (actual: string, expected: RegExp) => expected.test(actual),
  toBeGreaterThan: (actual: number, expected: number) => actual > expected,
  toBeGreaterThanOrEqual: (actual: number, expected: number) => actual >= expected,
  toBeLessThan: (actual: number, expected: number) => actual < expected,
  toBeLessThanOrEqual: (actual: number, expected: number) => actual <= expected,
  toBeDefined: (actual) => actual !== undefined,
  toBeUndefined: (actual) => actual === undefined,
};

type Assertions = Readonly<Record<string, (expected?: unknown) => void>>;

function assertions(actual: unknown, isWanted: boolean): Assertions {
  const found: Record<string, (expected?: unknown) => void> = {};
  for (const [name, matches] of Object.entries(MATCHERS)) {
    found[name] = (expected) => {
      if (matches(actual as never, expected as never) === isWanted) return;
      throw new Mismatch(`${isWanted ? "" : "not "}${name} ${show(expected)}: ${show(actual)}`);
    };
  }
  return found;
}

export function expect(actual: unknown): Assertions & { readonly not: Assertions } {
  const not = assertions(actual, false);
  return Object.assign(assertions(actual, true), { not }) as Assertions & { not: Assertions };
}

/** Runs all that was registered, in order. */
export async function runRegistered(): Promise<readonly TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  for (const { name, groups: around, body } of registered) {
    try {
      for (const { before } of around) for (const prepare of before) await prepare();
      await body();
      outcomes.push({ name });
    } catch (error) {
      const isOurs = error instanceof Mismatch;
      const failure = error instanceof Error && !isOurs ? (error.stack ?? "") : String(error);
      outcomes.push({ name, failure });
    }
  }
  return outcomes;
}
