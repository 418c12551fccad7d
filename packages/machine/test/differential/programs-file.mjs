// SPDX-License-Identifier: MPL-2.0

/** Whole programs as lines of text, so that the generator may change. */

const toHex = (bytes) => Buffer.from(bytes).toString("hex");
const fromHex = (text) => new Uint8Array(Buffer.from(text, "hex"));
const patchOut = (p) => [p.offset, toHex(p.bytes)];
const patchIn = ([offset, bytes]) => ({ offset, bytes: fromHex(bytes) });

/** States of a kept program: those with the kinds of ticks that differ. */
const KEPT_STATES = 8;

export function programToLine(program) {
  return JSON.stringify({
    ...program,
    code: program.code.map(patchOut),
    undefinedAt: [...program.undefinedAt],
    tickActions: program.tickActions.map((a) => ({ ...a, patches: a.patches.map(patchOut) })),
    // All states have the same code and data.
    patches: program.states[0].patches.map(patchOut),
    states: program.states.slice(0, KEPT_STATES).map((s) => ({
      rip: s.rip,
      rflags: s.rflags,
      gpr: Array.from(s.gpr, (x) => x.toString(16)),
      fxsave: toHex(s.fxsave.subarray(0, 416)),
    })),
  });
}

export function programFromLine(line) {
  const { patches, ...program } = JSON.parse(line);
  return {
    copies: [],
    ...program,
    code: program.code.map(patchIn),
    undefinedAt: new Map(program.undefinedAt),
    tickActions: program.tickActions.map((a) => ({ ...a, patches: a.patches.map(patchIn) })),
    states: program.states.map((s) => {
      const fxsave = new Uint8Array(512);
      fxsave.set(fromHex(s.fxsave));
      return {
        rip: s.rip,
        rflags: s.rflags,
        gpr: BigUint64Array.from(s.gpr, (x) => BigInt(`0x${x}`)),
        fxsave,
        patches: patches.map(patchIn),
      };
    }),
  };
}
