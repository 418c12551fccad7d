// SPDX-License-Identifier: MPL-2.0

import { LINE, PAGE, VECTOR_TIMEOUT } from "./layout.mjs";
import { FS_BASE, GS_BASE } from "./layout.mjs";
import { ACTION_RESTORE, ACTION_RETRY } from "./generate/program.mjs";
import { CODE_BYTES, isCodePage, programLayout } from "./programs-layout.mjs";

const WRITE = 2;
const NO_EXECUTE = 1;
const TRAP_INTERRUPT = 257;
const VECTOR_BREAKPOINT = 3;
const STATUS_FLAGS = 0xcd5;
/** Instructions after which a program is taken to run for ever. */
const MAX_RETIRED = 60_000;

/**
 * Our CPU with the memory of random programs. `jit` is that of CpuOptions.
 *
 * `run(program, state, ticks)` answers as `runNative` does, and with `trace`: what happened under way, with the count
 * of retired instructions, as text. `ticks` is `{every, interrupts, once, act}`: the instructions between two questions of
 * the CPU; whether they are answered with an interrupt, only the first time; and whether the tick actions are taken there.
 */
export async function createProgramTarget(jit) {
  const { Guest } = await import("../../dist/cpu/testing/guest.js");
  const { x86_64 } = await import("@aster/hardware");
  let interrupts = false;
  const guest = new Guest(1 << 21, { jit, onTick: () => interrupts || overdue() });
  const { cpu, frame } = guest;
  let start = 0;
  const overdue = () => cpu.instructions - start > MAX_RETIRED;
  const pages = Array.from({ length: programLayout.pages }, () => guest.page());
  const first = pages[0];
  const homes = new Map();
  const changed = new Set();

  const protect = (address, protection) => {
    if (protection === 0) {
      const at = guest.entry(address);
      cpu.ram.fill(0, at, at + 8);
      cpu.invalidatePage(guest.root, address);
    } else {
      guest.map(address, homes.get(address).page, mapFlags(protection));
    }
    changed.add(address);
  };
  const restore = () => {
    for (const address of changed) {
      const { page, protection } = homes.get(address);
      guest.map(address, page, mapFlags(protection));
    }
    changed.clear();
  };
  for (const s of programLayout.segments) {
    for (let i = 0; i < s.pages; i++) {
      const address = s.address + i * PAGE;
      homes.set(address, { page: pages[s.firstPage + i], protection: s.protection });
      protect(address, s.protection);
    }
  }
  const size = programLayout.pages * PAGE;
  const ram = Buffer.from(cpu.ram.buffer, cpu.ram.byteOffset, cpu.ram.byteLength);
  const image = ram.subarray(first, first + size);
  const base = Buffer.from(programLayout.baseImage());
  base.copy(image);
  /** What the code pages hold before a run; empty until the first of a program. */
  let code;
  const view = new DataView(frame.bytes.buffer, frame.bytes.byteOffset, frame.bytes.byteLength);
  const fx = x86_64.FRAME_FXSAVE;
  view.setBigUint64(x86_64.FRAME_FS_BASE, BigInt(FS_BASE), true);
  view.setBigUint64(x86_64.FRAME_GS_BASE, BigInt(GS_BASE), true);

  /** Puts bytes into memory as a device would; nothing is told where they stand there already. */
  const patch = ({ offset, bytes }) => {
    if (image.compare(bytes, 0, bytes.length, offset, offset + bytes.length) === 0) return;
    image.set(bytes, offset);
    if (isCodePage(Math.floor(offset / PAGE))) cpu.codeWritten(first + offset, bytes.length);
  };

  /** The lines that differ from the base image; memory is put back to what it was before the run. */
  const takeLines = () => {
    const lines = [];
    for (let offset = 0; offset < size; offset += PAGE) {
      if (image.compare(base, offset, offset + PAGE, offset, offset + PAGE) === 0) continue;
      for (let at = offset; at < offset + PAGE; at += LINE) {
        if (image.compare(base, at, at + LINE, at, at + LINE) === 0) continue;
        lines.push({ offset: at, bytes: Buffer.from(image.subarray(at, at + LINE)) });
        if (!isCodePage(offset / PAGE)) base.copy(image, at, at, at + LINE);
        else patch({ offset: at, bytes: code.subarray(at, at + LINE) });
      }
    }
    return lines;
  };

  /** Fills the code pages with int3 again. */
  const forget = () => {
    code = undefined;
    for (let page = 0; page < programLayout.pages; page++) {
      if (!isCodePage(page)) continue;
      image.fill(0xcc, page * PAGE, (page + 1) * PAGE);
      cpu.codeWritten(first + page * PAGE, PAGE);
    }
  };

  const landingBehind = (program, rip) => {
    const offset = rip - BigInt(program.base);
    if (offset < 0n || offset >= BigInt(CODE_BYTES)) return undefined;
    const landing = program.landings.find((l) => BigInt(l) > offset);
    return landing === undefined ? undefined : BigInt(program.base + landing);
  };

  const run = (program, state, ticks) => {
    state.patches.forEach(patch);
    code ??= Buffer.from(image);
    for (let r = 0; r < 16; r++) view.setBigUint64(x86_64.FRAME_GPR + 8 * r, state.gpr[r], true);
    view.setBigUint64(x86_64.FRAME_RIP, BigInt(state.rip), true);
    view.setBigUint64(x86_64.FRAME_RFLAGS, BigInt(state.rflags), true);
    view.setBigUint64(x86_64.FRAME_FAULT_ADDRESS, 0n, true);
    frame.bytes.set(state.fxsave, fx);
    cpu.loadFpu(frame);
    cpu.tickInstructions = ticks.every;
    interrupts = ticks.interrupts;
    start = cpu.instructions;
    const events = [];
    const trace = [];
    let tick = 0;
    let vector = 0;
    let thrown;
    for (;;) {
      try {
        vector = cpu.enterUser(frame);
      } catch (error) {
        thrown = error;
        break;
      }
      const retired = cpu.instructions - start;
      const rip = view.getBigUint64(x86_64.FRAME_RIP, true);
      trace.push(`${retired}: ${vector} at ${rip.toString(16)}`);
      if (vector === TRAP_INTERRUPT) {
        if (retired > MAX_RETIRED) {
          vector = VECTOR_TIMEOUT;
          break;
        }
        if (ticks.once) {
          interrupts = false;
          cpu.tickInstructions = MAX_RETIRED;
        }
        if (ticks.act) {
          const action = program.tickActions[tick++ % program.tickActions.length];
          action.patches.forEach(patch);
          if (action.address !== 0) protect(action.address, action.protection);
        }
        continue;
      }
      const action = program.actions[events.length];
      if (vector === VECTOR_BREAKPOINT || action === undefined) break;
      const retries = (action.flags & ACTION_RETRY) !== 0;
      const target = retries ? rip : landingBehind(program, rip);
      if (target === undefined) break;
      events.push({
        vector,
        errorCode: view.getUint32(x86_64.FRAME_ERROR_CODE, true),
        faultAddress: view.getBigUint64(x86_64.FRAME_FAULT_ADDRESS, true),
        rip,
      });
      if ((action.flags & ACTION_RESTORE) !== 0) restore();
      if (action.address !== 0) protect(action.address, action.protection);
      if (!retries) {
        const rflags = view.getUint32(x86_64.FRAME_RFLAGS, true) & ~STATUS_FLAGS;
        view.setUint32(x86_64.FRAME_RFLAGS, rflags, true);
      }
      view.setBigUint64(x86_64.FRAME_RIP, target, true);
    }
    cpu.saveFpu(frame);
    restore();
    const gpr = new BigUint64Array(16);
    for (let r = 0; r < 16; r++) gpr[r] = view.getBigUint64(x86_64.FRAME_GPR + 8 * r, true);
    return {
      vector,
      thrown,
      errorCode: view.getUint32(x86_64.FRAME_ERROR_CODE, true),
      faultAddress: view.getBigUint64(x86_64.FRAME_FAULT_ADDRESS, true),
      gpr,
      rip: view.getBigUint64(x86_64.FRAME_RIP, true),
      rflags: view.getUint32(x86_64.FRAME_RFLAGS, true),
      fxsave: Buffer.from(frame.bytes.subarray(fx, fx + 512)),
      lines: takeLines(),
      events,
      trace,
      retired: cpu.instructions - start,
    };
  };
  return { run, forget, statistics: () => cpu.statistics };
}

const mapFlags = (protection) =>
  ((protection & 2) !== 0 ? WRITE : 0) | ((protection & 4) !== 0 ? 0 : NO_EXECUTE);
