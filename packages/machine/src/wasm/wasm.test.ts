// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import {
  ModuleBuilder,
  apply,
  engine,
  helper,
  i32,
  i64,
  select,
  shuffle,
  v128of,
} from "./index.ts";

function instantiate(
  build: (m: ModuleBuilder) => void,
): Record<string, (...a: never[]) => unknown> {
  const m = new ModuleBuilder();
  build(m);
  const bytes = m.finish();
  expect(engine.validate(bytes)).toBe(true);
  return new engine.Instance(new engine.Module(bytes), {}).exports as Record<
    string,
    (...a: never[]) => unknown
  >;
}

test("loops, locals and branches compute", () => {
  const { sum } = instantiate((m) => {
    const ref = m.function("sum", ["i32"], ["i32"], (f, n) => {
      const total = f.variable(i32(0));
      const i = f.variable(n!);
      f.block((done) => {
        f.loop((again) => {
          f.brIf(done, i.eqz());
          f.set(total, total.add(i));
          f.set(i, i.sub(1));
          f.br(again);
        });
      });
      f.return(total);
      f.unreachable();
    });
    m.exportFunction("sum", ref);
  });
  expect((sum as (n: number) => number)(100)).toBe(5050);
});

test("helpers are defined once, with those they use", () => {
  const double = helper("double", ["i64"], ["i64"], (f, a) => f.return(a!.add(a!)));
  const quad = helper("quad", ["i64"], ["i64"], (f, a) =>
    f.return(f.call(double, f.call(double, a!))),
  );
  const { quad: run } = instantiate((m) => m.exportHelper(quad));
  expect((run as (n: bigint) => bigint)(-3n)).toBe(-12n);
});

test("64-bit constants survive their encoding", () => {
  for (const c of [0n, -1n, 63n, 64n, -64n, -65n, 0x7fffffffffffffffn, -0x8000000000000000n]) {
    const { get } = instantiate((m) =>
      m.exportFunction(
        "get",
        m.function("get", [], ["i64"], (f) => f.return(i64(c))),
      ),
    );
    expect((get as () => bigint)()).toBe(c);
  }
});

test("vectors: shuffle, lanes and arithmetic", () => {
  const { lane } = instantiate((m) => {
    const ref = m.function("lane", [], ["i32"], (f) => {
      const a = v128of(0x0000000200000001n, 0x0000000400000003n);
      const reversed = shuffle(a, a, [12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3]);
      f.return(apply("i32x4.mul", a, reversed).lane("i32x4", 1));
    });
    m.exportFunction("lane", ref);
  });
  expect((lane as () => number)()).toBe(6);
});

test("operand types are checked when the expression is built", () => {
  expect(() => i32(1).add(i64(1))).toThrow("operand 1 must be i32");
  expect(() => select(i32(1), i32(1), i64(1))).toThrow("differ");
  expect(() => apply("i64.nope", i64(1))).toThrow("no operation");
});
