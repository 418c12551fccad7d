// SPDX-License-Identifier: MPL-2.0

import {
  FX_ST,
  FX_XMM,
  REGS,
  SLOT_FS_BASE,
  SLOT_GS_BASE,
  SLOT_PAGE,
  SLOT_TEMPORARY,
  SLOT_ZERO,
} from "../layout.ts";
import { type Candidate, IMMEDIATES, type OpTable, PLACES } from "./op-table.ts";

export const DECODED = 0;
/** More bytes are needed than are there. */
export const NEED_MORE = 1;
/** #UD */
export const INVALID = 2;
/** #GP(0): more than 15 bytes. */
export const TOO_LONG = 3;

export const MAX_INSTRUCTION_BYTES = 15;

const ZERO = 8 * SLOT_ZERO;
const XMM = FX_XMM - REGS;
const ST = FX_ST - REGS;

const [E, M, R, G, Z, A, C, W, U, V, Q, N, P, T, S, I, J, O, ONE] = [...PLACES].map((_, i) => i);
const [IMM_B, IMM_W, IMM_D, IMM_Z, IMM_S, IMM_V, IMM_Q, IMM_E] = [...IMMEDIATES].map((_, i) => i);

/**
 * Decodes one instruction at a time into its own fields. One object is used again and again, so
 * that decoding allocates nothing.
 */
export class Decoder {
  readonly #candidates: OpTable["candidates"];
  readonly #tail: Uint8Array = new Uint8Array(32);

  op = 0;
  length = 0;
  /** The encoding that matched; valid after DECODED. */
  candidate: Candidate | undefined = undefined;
  r0 = 0;
  r1 = 0;
  base: number = ZERO;
  index: number = ZERO;
  scale = 0;
  displacement = 0;
  immediateLow = 0;
  immediateHigh = 0;
  /** Distance of a direct jump from the end of the instruction. */
  relative = 0;
  /** 0, or the size to which `$address` must compute TEMPORARY first: 8 or 4. */
  addressFirst = 0;
  /** Fields of that micro-op. */
  firstBase: number = ZERO;
  firstIndex: number = ZERO;
  firstScale = 0;
  firstDisplacement = 0;
  firstImmediateLow = 0;
  firstImmediateHigh = 0;
  /** The memory operand's default segment is the stack's: its faults are #SS. */
  stackSegment = false;

  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(table: OpTable) {
    this.#candidates = table.candidates;
  }

  /**
   * Decodes at `bytes[at]`; bytes from `end` on do not exist (the page ends there). `pageOffset` is the
   * offset of the instruction in its page, for addresses relative to rip.
   */
  decode(bytes: Uint8Array, at: number, end: number, pageOffset: number): number {
    const available = end - at;
    if (available < MAX_INSTRUCTION_BYTES + 8) {
      this.#tail.fill(0);
      for (let i = 0; i < available; i++) this.#tail[i] = bytes[at + i] ?? 0;
      this.#bytes = this.#tail;
      this.#at = 0;
    } else {
      this.#bytes = bytes;
      this.#at = at;
    }
    const start = this.#at;
    const status = this.#decode(pageOffset);
    this.length = this.#at - start;
    // What lies behind 15 bytes does not matter: the CPU does not look at it.
    if (this.length > MAX_INSTRUCTION_BYTES) {
      return available < MAX_INSTRUCTION_BYTES + 1 ? NEED_MORE : TOO_LONG;
    }
    if (this.length > available) return NEED_MORE;
    return status;
  }

  #u8(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  #s8(): number {
    return (this.#u8() << 24) >> 24;
  }

  #s16(): number {
    const low = this.#u8();
    return ((low | (this.#u8() << 8)) << 16) >> 16;
  }

  #s32(): number {
    const b = this.#bytes;
    const at = this.#at;
    this.#at += 4;
    return (
      (b[at] ?? 0) | ((b[at + 1] ?? 0) << 8) | ((b[at + 2] ?? 0) << 16) | ((b[at + 3] ?? 0) << 24)
    );
  }

  #decode(pageOffset: number): number {
    const start = this.#at;
    let operand16 = false;
    let address32 = false;
    let repeat = 0; // 3: F3, 4: F2, as in Candidate.prefix
    let lock = false;
    let segment = ZERO;
    let rex = 0;
    let byte = 0;
    for (;;) {
      if (this.#at - start > MAX_INSTRUCTION_BYTES) return TOO_LONG;
      byte = this.#u8();
      if (byte === 0x66) operand16 = true;
      else if (byte === 0x67) address32 = true;
      else if (byte === 0xf3) repeat = 3;
      else if (byte === 0xf2) repeat = 4;
      else if (byte === 0xf0) lock = true;
      else if (byte === 0x64) segment = 8 * SLOT_FS_BASE;
      else if (byte === 0x65) segment = 8 * SLOT_GS_BASE;
      else if (byte === 0x26 || byte === 0x2e || byte === 0x36 || byte === 0x3e) {
        // es, cs, ss and ds change nothing in 64-bit mode (SDM vol. 1, 3.4.2.1).
      } else if ((byte & 0xf0) === 0x40) {
        rex = byte;
        continue;
      } else break;
      rex = 0; // REX counts only right before the opcode
    }
    let map = 0;
    if (byte === 0x0f) {
      byte = this.#u8();
      map = 1;
      if (byte === 0x38) {
        byte = this.#u8();
        map = 2;
      } else if (byte === 0x3a) {
        byte = this.#u8();
        map = 3;
      }
    }
    const list = this.#candidates(map * 256 + byte);
    if (list.length === 0) return INVALID;
    const modrm = this.#bytes[this.#at] ?? 0;
    const rexW = (rex >> 3) & 1;
    const registerForm = modrm >= 0xc0;
    // A mandatory 66 counts only when neither F2 nor F3 stands (SDM vol. 2, 2.1.2).
    const mandatory = repeat !== 0 ? repeat : operand16 ? 2 : 1;
    let candidate: Candidate | undefined;
    for (let i = 0; i < list.length; i++) {
      const c = list[i];
      if (c === undefined) break;
      if (c.prefix !== 0 && c.prefix !== mandatory) continue;
      if (c.hasModrm) {
        if (c.digit >= 0 && c.digit !== ((modrm >> 3) & 7)) continue;
        if (c.modrm >= 0 && c.modrm !== modrm) continue;
        if (registerForm ? !c.register : !c.memory) continue;
      }
      if (c.rexW >= 0 && c.rexW !== rexW) continue;
      if (c.rexBClear && (rex & 1) !== 0) continue;
      if (c.addressSize !== 0 && c.addressSize !== (address32 ? 4 : 8)) continue;
      candidate = c;
      break;
    }
    if (candidate === undefined) {
      // The bytes that decide whether it exists must be there.
      if ((list[0] as Candidate).hasModrm) this.#at++;
      return INVALID;
    }
    this.candidate = candidate;
    let size: 0 | 1 | 2; // log2 of the operand size, less one
    if (candidate.defaultSize === 2 || rexW === 1) size = 2;
    else if (candidate.defaultSize === 1) size = operand16 ? 0 : 2;
    else size = operand16 && candidate.prefix !== 2 ? 0 : 1;
    this.op = candidate.ops[2 * size + (candidate.hasModrm && !registerForm ? 0 : 1)] ?? -1;

    this.r0 = 0;
    this.r1 = 0;
    this.base = segment;
    this.index = ZERO;
    this.scale = 0;
    this.displacement = 0;
    this.immediateLow = 0;
    this.immediateHigh = 0;
    this.relative = 0;
    this.addressFirst = 0;
    this.stackSegment = false;
    let ripRelative = false;
    if (candidate.hasModrm) {
      this.#at++;
      if (!registerForm) {
        if (candidate.addressOnly) segment = ZERO;
        ripRelative = this.#memory(modrm, rex, segment, address32);
      }
    }
    const { operands } = candidate;
    for (let i = 0; i < operands.length; i++) {
      const plan = operands[i];
      if (plan === undefined) break;
      const n = plan.sizes[size];
      let register = -1;
      switch (plan.place) {
        case E:
        case R:
          if (registerForm) register = general((modrm & 7) | ((rex & 1) << 3), n, rex);
          break;
        case G:
          register = general(((modrm >> 3) & 7) | ((rex & 4) << 1), n, rex);
          break;
        case Z:
          register = general((byte & 7) | ((rex & 1) << 3), n, rex);
          break;
        case A:
          register = 0;
          break;
        case C:
          register = 8;
          break;
        case W:
        case U:
          if (registerForm) register = XMM + 16 * ((modrm & 7) | ((rex & 1) << 3));
          break;
        case V:
          register = XMM + 16 * (((modrm >> 3) & 7) | ((rex & 4) << 1));
          break;
        case Q:
        case N:
          if (registerForm) register = ST + 16 * (modrm & 7);
          break;
        case P:
          register = ST + 16 * ((modrm >> 3) & 7);
          break;
        case T:
          register = modrm & 7;
          break;
        case S:
          this.immediateLow = (modrm >> 3) & 7;
          if (this.immediateLow > 5) return INVALID;
          break;
        case I:
          this.#immediate(plan.immediate, size);
          break;
        case J:
          this.relative = plan.immediate === IMM_B ? this.#s8() : this.#s32();
          break;
        case O:
          this.#absolute(segment, address32);
          break;
        case ONE:
          this.immediateLow = 1;
          break;
        case M:
          break;
        default:
          throw new Error(`operand place ${plan.place}`);
      }
      if (register >= 0) {
        if (i === 0) this.r0 = register;
        else this.r1 = register;
      }
    }
    if (this.op < 0) return INVALID;
    if (lock && !(candidate.lock && candidate.hasModrm && !registerForm)) return INVALID;
    if (ripRelative) this.#finishRipRelative(pageOffset + this.#at - start);
    return DECODED;
  }

  /** Reads SIB and displacement. Returns whether the address is relative to rip. */
  #memory(modrm: number, rex: number, segment: number, address32: boolean): boolean {
    const mod = modrm >> 6;
    let base = ZERO;
    let index = ZERO;
    let scale = 0;
    let displacement = 0;
    let ripRelative = false;
    let low = modrm & 7;
    if (low === 4) {
      const sib = this.#u8();
      const i = ((sib >> 3) & 7) | ((rex & 2) << 2);
      if (i !== 4) {
        index = 8 * i;
        scale = sib >> 6;
      }
      low = sib & 7;
      if (low === 5 && mod === 0) displacement = this.#s32();
      else base = 8 * (low | ((rex & 1) << 3));
    } else if (low === 5 && mod === 0) {
      displacement = this.#s32();
      ripRelative = true;
    } else {
      base = 8 * (low | ((rex & 1) << 3));
    }
    if (mod === 1) displacement = this.#s8();
    else if (mod === 2) displacement = this.#s32();
    this.displacement = displacement;
    if (ripRelative) {
      this.base = 8 * SLOT_PAGE;
      this.index = segment;
      if (address32) this.#computeFirst(segment, 4);
      return true;
    }
    if (segment === ZERO) this.stackSegment = base === 8 * 4 || base === 8 * 5;
    this.base = base;
    this.index = index;
    this.scale = scale;
    if (address32) {
      this.#computeFirst(segment, 4);
    } else if (segment !== ZERO) {
      if (base === ZERO) this.base = segment;
      else if (index === ZERO) this.index = segment;
      else this.#computeFirst(segment, 8);
    }
    return false;
  }

  /** Moves the address to a micro-op of its own; what is left is TEMPORARY plus the segment's base. */
  #computeFirst(segment: number, size: number): void {
    this.addressFirst = size;
    this.firstBase = this.base;
    this.firstIndex = size === 4 && this.base === 8 * SLOT_PAGE ? ZERO : this.index;
    this.firstScale = this.scale;
    this.firstDisplacement = this.displacement;
    this.firstImmediateLow = 0;
    this.firstImmediateHigh = 0;
    this.base = 8 * SLOT_TEMPORARY;
    this.index = segment;
    this.scale = 0;
    this.displacement = 0;
  }

  #finishRipRelative(nextOffset: number): void {
    if (this.addressFirst !== 0) {
      this.firstImmediateLow = nextOffset;
      return;
    }
    const sum = this.displacement + nextOffset;
    if (sum === (sum | 0)) {
      this.displacement = sum;
    } else {
      this.#computeFirst(this.index, 8);
      this.firstIndex = ZERO;
      this.firstImmediateLow = nextOffset;
    }
  }

  /** The 64-bit (or 32-bit) address of mov's moffs forms. */
  #absolute(segment: number, address32: boolean): void {
    const low = this.#s32();
    const high = address32 ? 0 : this.#s32();
    this.base = ZERO;
    this.index = segment;
    this.scale = 0;
    this.displacement = 0;
    if (high === low >> 31) {
      this.displacement = low;
    } else {
      this.#computeFirst(segment, 8);
      this.firstIndex = ZERO;
      this.firstImmediateLow = low;
      this.firstImmediateHigh = high;
    }
  }

  #immediate(kind: number, size: 0 | 1 | 2): void {
    let low = 0;
    if (kind === IMM_B || kind === IMM_S) low = this.#s8();
    else if (kind === IMM_W || ((kind === IMM_Z || kind === IMM_V) && size === 0))
      low = this.#s16();
    else if (kind === IMM_D || kind === IMM_Z || (kind === IMM_V && size === 1)) low = this.#s32();
    else if (kind === IMM_V || kind === IMM_Q) {
      this.immediateLow = this.#s32();
      this.immediateHigh = this.#s32();
      return;
    }
    if (kind === IMM_E) low = (this.#s16() & 0xffff) | (this.#u8() << 16);
    this.immediateLow = low;
    this.immediateHigh = low >> 31;
  }
}

/** Offset of a general register from REGS; without REX, byte registers 4…7 are ah, ch, dh, bh. */
function general(register: number, n: number, rex: number): number {
  if (n === 1 && rex === 0 && register >= 4) return 8 * (register - 4) + 1;
  return 8 * register;
}
