// SPDX-License-Identifier: MPL-2.0

import * as x86 from "../arch/x86_64.ts";
import { assert, assertEqual, type ContractCheck } from "./check.ts";
import {
  AddressSpace,
  CODE,
  DATA,
  ramAt,
  readWord,
  UserProgram,
  writeWord,
} from "./user-program.ts";

const SYSCALL = [0x0f, 0x05];
/** jmp to itself */
const SPIN = [0xeb, 0xfe];
/** mov eax, [DATA]; syscall */
const LOAD_DATA = [0x8b, 0x04, 0x25, 0x00, 0x00, 0x60, 0x00, ...SYSCALL];
/** mov dword [DATA], eax; syscall */
const STORE_DATA = [0x89, 0x04, 0x25, 0x00, 0x00, 0x60, 0x00, ...SYSCALL];
const FXSAVE_FCW = x86.FRAME_FXSAVE;
const FXSAVE_MXCSR = x86.FRAME_FXSAVE + 24;
const ACCESSED = 0x20;
const DIRTY = 0x40;

export const userModeChecks: readonly ContractCheck[] = [
  {
    name: "a fresh frame is zero but for rflags and the initial state of the FPU",
    run(create) {
      const hardware = create();
      const frame = hardware.createUserFrame();
      assertEqual(frame.bytes.length, x86.FRAME_SIZE, "bytes");
      assertEqual(frame.words.length, x86.FRAME_SIZE / 4, "words");
      assertEqual(frame.words[x86.FRAME_RFLAGS >> 2] ?? 0, 0x202, "rflags");
      hardware.saveFpu(frame);
      for (let word = 0; word < x86.FRAME_FXSAVE >> 2; word++) {
        if (word !== x86.FRAME_RFLAGS >> 2) {
          assertEqual(frame.words[word] ?? NaN, 0, `word ${word} of the frame`);
        }
      }
      assertEqual(frame.bytes[FXSAVE_FCW] ?? 0, 0x7f, "low byte of FCW");
      assertEqual(frame.bytes[FXSAVE_FCW + 1] ?? 0, 0x03, "high byte of FCW");
      assertEqual(frame.words[FXSAVE_MXCSR >> 2] ?? 0, 0x1f80, "MXCSR");
    },
  },
  {
    name: "frames are independent, and a destroyed one is reused clean",
    run(create) {
      const hardware = create();
      const first = hardware.createUserFrame();
      const second = hardware.createUserFrame();
      first.words[0] = 1;
      assertEqual(second.words[0] ?? NaN, 0, "the other frame");
      hardware.destroyUserFrame(first);
      for (let i = 0; i < 1000; i++) {
        const frame = hardware.createUserFrame();
        assertEqual(frame.words[0] ?? NaN, 0, "a reused frame");
        frame.words[0] = 2;
        hardware.destroyUserFrame(frame);
      }
    },
  },
  {
    name: "syscall leaves user mode with rcx, r11 and rip set",
    run(create) {
      // mov eax, 39; stc; syscall
      const program = new UserProgram(create(), [0xb8, 39, 0, 0, 0, 0xf9, ...SYSCALL]);
      assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
      assertEqual(program.register(x86.RAX), 39, "rax");
      assertEqual(program.rip, CODE + 8, "rip");
      assertEqual(program.register(x86.RCX), CODE + 8, "rcx");
      assertEqual(program.register(x86.R11) & 1, 1, "the carry flag in r11");
    },
  },
  {
    name: "all general registers survive the way in and out",
    run(create) {
      const program = new UserProgram(create(), SYSCALL);
      for (let i = 0; i < 16; i++) program.setRegister(i, 0x1_2345_6780 + i);
      assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
      for (let i = 0; i < 16; i++) {
        if (i === x86.RCX || i === x86.R11) continue;
        assertEqual(program.register(i), 0x1_2345_6780 + i, `register ${i}`);
      }
    },
  },
  {
    name: "a read of a page that is not there faults precisely",
    run(create) {
      const program = new UserProgram(create(), LOAD_DATA);
      program.space.unmap(DATA);
      assertEqual(program.enter(), x86.VECTOR_PAGE_FAULT, "trap");
      assertEqual(program.rip, CODE, "rip");
      assertEqual(program.faultAddress, DATA, "fault address");
      assertEqual(program.errorCode, x86.PAGE_FAULT_USER, "error code");
      // Mapped by the handler, the same instruction goes through.
      program.space.map(DATA, program.dataFrame);
      writeWord(program.hardware, program.dataFrame, 77);
      assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap after mapping");
      assertEqual(program.register(x86.RAX), 77, "rax");
    },
  },
  {
    name: "a write to a read-only page faults, and leaves the page alone",
    run(create) {
      const program = new UserProgram(create(), STORE_DATA);
      program.space.map(DATA, program.dataFrame);
      program.setRegister(x86.RAX, 5);
      assertEqual(program.enter(), x86.VECTOR_PAGE_FAULT, "trap");
      assertEqual(program.faultAddress, DATA, "fault address");
      const expected = x86.PAGE_FAULT_USER | x86.PAGE_FAULT_WRITE | x86.PAGE_FAULT_PRESENT;
      assertEqual(program.errorCode, expected, "error code");
      assertEqual(readWord(program.hardware, program.dataFrame), 0, "the page");
      program.space.map(DATA, program.dataFrame, { writable: true });
      program.hardware.invalidatePage(program.space.root, DATA);
      assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap after making it writable");
      assertEqual(readWord(program.hardware, program.dataFrame), 5, "the page");
    },
  },
  {
    name: "a jump into a no-execute page faults as an instruction fetch",
    run(create) {
      const program = new UserProgram(create(), []);
      program.setRip(DATA);
      assertEqual(program.enter(), x86.VECTOR_PAGE_FAULT, "trap");
      assertEqual(program.rip, DATA, "rip");
      assertEqual(program.faultAddress, DATA, "fault address");
      const expected = x86.PAGE_FAULT_USER | x86.PAGE_FAULT_INSTRUCTION | x86.PAGE_FAULT_PRESENT;
      assertEqual(program.errorCode, expected, "error code");
    },
  },
  {
    name: "accessed and dirty bits tell what was touched",
    run(create) {
      for (const [code, bits] of [
        [LOAD_DATA, ACCESSED],
        [STORE_DATA, ACCESSED | DIRTY],
      ] as const) {
        const program = new UserProgram(create(), code);
        assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
        let table = program.space.root;
        for (const shift of [39, 30, 21]) {
          const slot = table + 8 * (Math.floor(DATA / 2 ** shift) % 512);
          table = readWord(program.hardware, slot) & ~0xfff;
        }
        const entry = readWord(program.hardware, table + 8 * ((DATA >>> 12) % 512));
        assertEqual(entry & (ACCESSED | DIRTY), bits, "accessed and dirty");
      }
    },
  },
  {
    name: "invalidatePage makes a changed mapping true",
    run(create) {
      const program = new UserProgram(create(), LOAD_DATA);
      assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
      const other = program.frames.take();
      writeWord(program.hardware, other, 99);
      program.space.map(DATA, other);
      program.hardware.invalidatePage(program.space.root, DATA);
      program.setRip(CODE);
      assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
      assertEqual(program.register(x86.RAX), 99, "the value of the new frame");
    },
  },
  {
    name: "setPageTableRoot changes the address space, and back",
    run(create) {
      const program = new UserProgram(create(), LOAD_DATA);
      const { hardware } = program;
      const other = new AddressSpace(hardware, program.frames);
      const frame = program.frames.take();
      writeWord(hardware, frame, 2);
      writeWord(hardware, program.dataFrame, 1);
      other.map(CODE, program.codeFrame, { executable: true });
      other.map(DATA, frame);
      for (const [root, expected] of [
        [program.space.root, 1],
        [other.root, 2],
        [program.space.root, 1],
      ] as const) {
        hardware.setPageTableRoot(root);
        program.setRip(CODE);
        assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
        assertEqual(program.register(x86.RAX), expected, "the value in this address space");
      }
      hardware.setPageTableRoot(program.space.root);
      hardware.invalidateAddressSpace(other.root);
    },
  },
  {
    name: "invalidateAddressSpace makes a root free for another use",
    run(create) {
      const program = new UserProgram(create(), LOAD_DATA);
      const { hardware } = program;
      assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
      program.space.unmap(DATA);
      hardware.invalidateAddressSpace(program.space.root);
      program.setRip(CODE);
      assertEqual(program.enter(), x86.VECTOR_PAGE_FAULT, "trap after unmapping");
    },
  },
  {
    name: "code that the kernel wrote anew is what runs",
    run(create) {
      // mov eax, 1; syscall
      const program = new UserProgram(create(), [0xb8, 1, 0, 0, 0, ...SYSCALL]);
      for (const value of [1, 2, 3]) {
        program.writeCode([value], 1);
        program.setRip(CODE);
        assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
        assertEqual(program.register(x86.RAX), value, "rax");
      }
    },
  },
  {
    name: "a program that writes its own code runs what it wrote",
    run(create) {
      // mov byte [rip+1], 2 (the immediate of the next instruction); mov eax, 1; syscall
      const program = new UserProgram(create(), [
        0xc6,
        0x05,
        1,
        0,
        0,
        0,
        2,
        0xb8,
        1,
        0,
        0,
        0,
        ...SYSCALL,
      ]);
      program.space.map(CODE, program.codeFrame, { executable: true, writable: true });
      assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
      assertEqual(program.register(x86.RAX), 2, "rax");
    },
  },
  {
    name: "exceptions come with their vector and the address of the instruction or the next",
    run(create) {
      const cases: readonly [code: number[], vector: number, offset: number][] = [
        [[0x90, 0x0f, 0x0b], x86.VECTOR_INVALID_OPCODE, 1],
        [[0x31, 0xc9, 0xf7, 0xf1], x86.VECTOR_DIVIDE_ERROR, 2],
        [[0xcc], x86.VECTOR_BREAKPOINT, 1],
        // Privileged: hlt.
        [[0xf4], x86.VECTOR_GENERAL_PROTECTION, 0],
        // A non-canonical address: mov rax, 2^47; mov al, [rax].
        [[0x48, 0xb8, 0, 0, 0, 0, 0, 0x80, 0, 0, 0x8a, 0x00], x86.VECTOR_GENERAL_PROTECTION, 10],
      ];
      for (const [code, vector, offset] of cases) {
        const program = new UserProgram(create(), code);
        assertEqual(program.enter(), vector, "trap");
        assertEqual(program.rip, CODE + offset, `rip of vector ${vector}`);
      }
    },
  },
  {
    name: "the timer interrupts an endless loop, which goes on afterwards",
    run(create) {
      const program = new UserProgram(create(), SPIN);
      const { hardware } = program;
      hardware.setInterruptMasked(0, false);
      for (let i = 0; i < 3; i++) {
        hardware.setTimer(hardware.monotonicNs() + 1e6);
        assertEqual(program.enter(), x86.TRAP_INTERRUPT, "trap");
        assertEqual(hardware.pendingInterrupt(), 0, "pending line");
        assertEqual(program.rip, CODE, "rip");
        hardware.endInterrupt(0);
      }
    },
  },
  {
    name: "an interrupt that is pending already keeps user mode short",
    run(create) {
      const program = new UserProgram(create(), SPIN);
      const { hardware } = program;
      hardware.setInterruptMasked(0, false);
      hardware.setTimer(0);
      assertEqual(program.enter(), x86.TRAP_INTERRUPT, "trap");
    },
  },
  {
    name: "the FS and GS bases of the frame are used",
    run(create) {
      // mov eax, fs:[0]; mov ecx, gs:[4]; mov edx, ecx; syscall
      const program = new UserProgram(create(), [
        0x64,
        0x8b,
        0x04,
        0x25,
        0,
        0,
        0,
        0,
        0x65,
        0x8b,
        0x0c,
        0x25,
        4,
        0,
        0,
        0,
        0x89,
        0xca,
        ...SYSCALL,
      ]);
      program.setWord64(x86.FRAME_FS_BASE, DATA);
      program.setWord64(x86.FRAME_GS_BASE, DATA + 8);
      writeWord(program.hardware, program.dataFrame, 11);
      writeWord(program.hardware, program.dataFrame + 12, 22);
      assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
      assertEqual(program.register(x86.RAX), 11, "through FS");
      assertEqual(program.register(x86.RDX), 22, "through GS");
    },
  },
  {
    name: "two threads have FPU states of their own, and the kernel sees and sets them",
    run(create) {
      // movd xmm0, eax; syscall; movd ecx, xmm0; mov edx, ecx; syscall
      const code = [
        0x66,
        0x0f,
        0x6e,
        0xc0,
        ...SYSCALL,
        0x66,
        0x0f,
        0x7e,
        0xc1,
        0x89,
        0xca,
        ...SYSCALL,
      ];
      const first = new UserProgram(create(), code);
      const { hardware } = first;
      const second = hardware.createUserFrame();
      const xmm0 = (x86.FRAME_FXSAVE + 160) >> 2;
      second.words.set(first.frame.words.subarray(0, x86.FRAME_FXSAVE >> 2));
      first.frame.words[0] = 111;
      second.words[0] = 222;
      assertEqual(hardware.enterUser(first.frame), x86.TRAP_SYSCALL, "trap");
      assertEqual(hardware.enterUser(second), x86.TRAP_SYSCALL, "trap");
      hardware.saveFpu(first.frame);
      hardware.saveFpu(second);
      assertEqual(first.frame.words[xmm0] ?? 0, 111, "xmm0 of the first");
      assertEqual(second.words[xmm0] ?? 0, 222, "xmm0 of the second");
      second.words[xmm0] = 333;
      second.words[FXSAVE_MXCSR >> 2] = 0xffff_1f80 | 0;
      hardware.loadFpu(second);
      assertEqual(hardware.enterUser(second), x86.TRAP_SYSCALL, "trap");
      assertEqual(second.words[2 * x86.RDX] ?? 0, 333, "what the kernel set");
      assertEqual(hardware.enterUser(first.frame), x86.TRAP_SYSCALL, "trap");
      assertEqual(first.frame.words[2 * x86.RDX] ?? 0, 111, "the first thread's own");
      hardware.saveFpu(second);
      const mxcsr = second.words[FXSAVE_MXCSR >> 2] ?? 0;
      assertEqual(mxcsr >>> 16, 0, "bits of MXCSR that do not exist");
    },
  },
  {
    name: "the data page is the frame it maps to",
    run(create) {
      const program = new UserProgram(create(), STORE_DATA);
      program.setRegister(x86.RAX, 0x7654_3210);
      assertEqual(program.enter(), x86.TRAP_SYSCALL, "trap");
      const bytes = ramAt(program.hardware, program.dataFrame, 4);
      assert(
        [0x10, 0x32, 0x54, 0x76].every((byte, i) => bytes[i] === byte),
        "the stored bytes",
      );
    },
  },
];
