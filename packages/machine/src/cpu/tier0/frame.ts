// SPDX-License-Identifier: MPL-2.0

import { type FunctionBuilder, i32, type Value } from "../../wasm/index.ts";
import { getRflags, setRflags } from "../bind/flags.ts";
import { FS_BASE, GS_BASE, REGS, RIP } from "../layout.ts";

const state = i32(0);

/** Byte offsets in a user frame, as @aster/hardware's arch/x86_64.ts lays it out. */
const FRAME_RIP = 128;
const FRAME_RFLAGS = 136;
const FRAME_FS_BASE = 144;
const FRAME_GS_BASE = 152;

/** Takes the registers from a user frame. */
export function loadFrame(f: FunctionBuilder, frame: Value): void {
  for (let i = 0; i < 128; i += 16) f.store(state, frame.load128(i), REGS + i);
  f.store(state, frame.load64(FRAME_RIP), RIP);
  f.store(state, frame.load64(FRAME_FS_BASE), FS_BASE);
  f.store(state, frame.load64(FRAME_GS_BASE), GS_BASE);
  f.do(setRflags, [frame.load64(FRAME_RFLAGS)]);
}

/** Puts the registers into a user frame. */
export function storeFrame(f: FunctionBuilder, frame: Value): void {
  for (let i = 0; i < 128; i += 16) f.store(frame, state.load128(REGS + i), i);
  f.store(frame, state.load64(RIP), FRAME_RIP);
  f.store(frame, state.load64(FS_BASE), FRAME_FS_BASE);
  f.store(frame, state.load64(GS_BASE), FRAME_GS_BASE);
  f.store(frame, f.call(getRflags), FRAME_RFLAGS);
}
