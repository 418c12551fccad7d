// SPDX-License-Identifier: MPL-2.0

/**
 * Where things stand in the machine's WebAssembly memory. Addresses are bytes from its start.
 *
 * Below RAM_BASE lies what the CPU keeps for itself; guest physical address p is at RAM_BASE + p.
 * Everything is constant, so that generated code holds plain numbers, except how much RAM there is.
 */

// --- Architectural state (one CPU)

/** Sixteen general registers of 8 bytes, in encoding order. At 0, so that the host's code reaches them by offsets of one byte. */
export const REGS: number = 0;

// Register-like slots behind the general registers, numbered like them, so that a micro-op can use
// any of them as base or index of an address.
/** Always zero: "no base" and "no index". */
export const SLOT_ZERO: number = 16;
/** Virtual address of the page whose code runs: rip = this + offset of the record. */
export const SLOT_PAGE: number = 17;
/** An address computed by the micro-op before (32-bit addressing, segment plus index). */
export const SLOT_TEMPORARY: number = 18;
export const SLOT_FS_BASE: number = 19;
export const SLOT_GS_BASE: number = 20;

export const PAGE: number = REGS + 8 * SLOT_PAGE;
export const TEMPORARY: number = REGS + 8 * SLOT_TEMPORARY;
export const FS_BASE: number = REGS + 8 * SLOT_FS_BASE;
export const GS_BASE: number = REGS + 8 * SLOT_GS_BASE;

/** Lazy flags: the last result, sign-extended to 64 bits; see bind/flags.ts. */
export const FLAG_RESULT: number = REGS + 168;
/** Lazy flags: carries of the last operation, CF in bit 63; see bind/flags.ts. */
export const FLAG_CARRIES: number = REGS + 176;
/** rip when the CPU is not inside a block. */
export const RIP: number = REGS + 184;
/** The bits of rflags that are not lazy: TF, DF, NT, AC, ID (32 bits). */
export const RFLAGS_REST: number = REGS + 192;
/** Address of the current address space's tables (32 bits), see SPACE_*. */
export const SPACE: number = REGS + 196;
/** Instructions until `onTick` is asked (32 bits, signed). */
export const TICK: number = REGS + 200;
/** Vector of the trap being delivered (32 bits). */
export const VECTOR: number = REGS + 204;
/** Error code of the trap being delivered (32 bits). */
export const ERROR_CODE: number = REGS + 208;
/** What a restartable instruction adds to the instructions counted so far (32 bits). */
export const CHARGE: number = REGS + 212;
/** Linear address of the last page fault. */
export const FAULT_ADDRESS: number = REGS + 216;
/** Physical address of the current page table's root (32 bits). */
export const ROOT: number = REGS + 224;
/** Bytes of RAM (32 bits, unsigned). */
export const RAM_BYTES: number = REGS + 228;
/** Where a jump of a cold handler leads (32 bits). */
export const NEXT: number = REGS + 232;
/** The record being executed, while the loop calls a function (32 bits). */
export const CURRENT: number = REGS + 252;
/** 1 when a walk has met a page of 2 MiB (32 bits). */
export const LARGE_PAGES: number = REGS + 236;
/** Selectors of es, cs, ss, ds, fs, gs: six 16-bit values. */
export const SELECTORS: number = REGS + 240;
/** Scratch and mode words of the floating-point units: 256 bytes, laid out by isa/ of theirs. */
export const FPU_SCRATCH: number = REGS + 0x100;
/**
 * The live FXSAVE64 image (SDM vol. 1, table 10-2), but for the x87 registers, which stand in
 * physical order here (R0…R7), not relative to TOP.
 */
export const FXSAVE: number = REGS + 0x200;
export const FX_FCW: number = FXSAVE;
export const FX_FSW: number = FXSAVE + 2;
/** Abridged tag word: bit i set when R<i> is not empty. */
export const FX_FTW: number = FXSAVE + 4;
export const FX_FOP: number = FXSAVE + 6;
export const FX_FIP: number = FXSAVE + 8;
export const FX_FDP: number = FXSAVE + 16;
export const FX_MXCSR: number = FXSAVE + 24;
export const FX_MXCSR_MASK: number = FXSAVE + 28;
/** x87 and MMX register R<i> at FX_ST + 16 * i. */
export const FX_ST: number = FXSAVE + 32;
export const FX_XMM: number = FXSAVE + 160;

/** An access that crosses a page is read or written here (64 bytes). */
export const SCRATCH: number = 0xc00;
/** How the access in SCRATCH is to be written back: two host addresses and the first length. */
export const CROSS_FIRST: number = 0xc40;
export const CROSS_SECOND: number = 0xc44;
export const CROSS_LENGTH: number = 0xc48;
/** A record that leaves the loop because no code is decoded at RIP. */
export const MISS_RECORD: number = 0xc80;

/** An instruction that is executed by itself: the record of its address, then its own. */
export const STEP_RECORDS: number = 0xd00;
/** 0, or the size in bytes of the address that the first of them computes (32 bits). */
export const STEP_ADDRESS_SIZE: number = 0xd40;
/** 1 while instructions are executed by themselves (32 bits). */
export const STEPPING: number = 0xd44;
/** While regions run one behind the other: the kind of the flags (32 bits), see bind/lazy-flags.ts. */
export const FLAG_KIND: number = 0xd58;
/** How often compiled code was left because bytes that it checks together lay in two pages (32 bits), and the region of the last time. */
export const REGION_SPLITS: number = 0xd5c;
export const REGION_LAST_SPLIT: number = 0xd60;
/** The region that the tick has ended last, or 0 (32 bits); whoever looks at it clears it. */
export const REGION_LAST_TICK: number = 0xd64;
/** Where at LINKS the entry of the call is before which the tick was asked for last, or 0 (32 bits); whoever looks at it clears it. */
export const TICK_LINK: number = 0xd94;
/** 1 when the loop begins at a record of a region and has to execute it by its own micro-op (32 bits). */
export const RUN_OWN: number = 0xd90;
/** The region that has been left last (32 bits). */
export const REGION_LAST: number = 0xd6c;
/** How often compiled code went on to code that is not compiled (32 bits), and where the last of them went, see below. */
export const COLD_EXITS: number = 0xd68;
/** One in so many of these exits is noted. */
export const COLD_EXITS_SHIFT = 5;
/** A ring of rip (64 bits each). */
export const COLD_EXIT_RIPS: number = 0xe00;
export const COLD_EXIT_RING = 16;
/** How often a data access was not in the tables of its address space, and the page table was asked (64 bits). */
export const TLB_MISSES: number = 0xd50;

/** Constant tables of the instruction set; each file that needs one takes its range here. */
export const CONSTANTS: number = 0x2000;
export const CONSTANTS_END: number = 0x10000;

// --- User frames

export const FRAMES: number = 0x10000;
export const MAX_FRAMES: number = 8192;
/** A multiple of 256, so that a 16-byte access never straddles two frames' lines. */
export const FRAME_STRIDE: number = 768;

// --- Memory outside RAM

/** Reads of physical addresses outside RAM see this page of ones. */
export const ONES_PAGE: number = 0x620000;
/** Writes outside RAM go to this page, which nothing reads. */
export const SINK_PAGE: number = 0x621000;

// --- Ways from one region to another

/**
 * Where compiled code goes on at an address, as it was found last: entries of 16 bytes, chosen by the address. u64 rip + tag;
 * then u16 slot of the region, u16 label, u16 not used, i16 distance, as in REGION_ENTRIES.
 */
export const HOPS: number = 0x640000;
export const HOP_ENTRIES: number = 8192;
/** The same for single places in compiled code that call or jump: each has an entry to itself, as long as these suffice. */
export const LINKS: number = 0x660000;
export const LINK_ENTRIES: number = 65536;
/**
 * What entries that hold have above rip (64 bits): from bit LINK_TAG_SHIFT on the index of the current address space, and above
 * it a generation. A new one begins where compiled code goes away or moves.
 */
export const LINK_TAG: number = 0xd80;
export const LINK_TAG_SHIFT = 47;
export const LINK_SPACE_BITS = 4;
/**
 * For each region, 16 bytes: u64 a tag as above, and u32 a bit for each of its pages that has been found to be mapped where it was when
 * the region was compiled, which holds while the tag is the same; for regions that are entered at one address only.
 */
export const REGION_PAGES: number = 0x760000;
/** For each region, 64 bits: the virtual address of its first page, or -1 where it may be entered at any. */
export const REGION_ORIGINS: number = 0x768000;
/** How often compiled code has gone on to other compiled code without being left (64 bits). */
export const REGION_LINKS: number = 0xd88;

// --- What is known about physical pages

export const MAX_RAM_PAGES: number = 1 << 20;
/** 16 bits for each physical page: 1 + its code slot, or 0. */
export const CODE_SLOTS: number = 0x800000;
/** A byte for each physical page: 1 when some table of an address space lets it be written. */
export const WRITABLE_PAGES: number = 0xa00000;

/** Counters of a profiling tier 0, one word for each micro-op. */
export const PROFILE: number = 0xd00000;
/** Counters of one micro-op after another, in rows of 512 words: in the place of the last address space. */
export const PROFILE_PAIRS: number = 0x6000000 + 15 * 0x810000;
export const PROFILE_LAST: number = 0xd80000;

// --- Decoded code

export const MAX_CODE_SLOTS: number = 2048;
/** For each code slot, 512 bytes: a bit for each byte of the page that belongs to decoded code. */
export const CODE_BYTES: number = 0xc00000;
/** For each code slot, 4096 record addresses of 32 bits: where a block starts at that offset. */
export const ENTRY_TABLES: number = 0x1000000;
export const ENTRY_TABLE_SIZE: number = 0x4000;
/** Chunks of records. */
export const RECORDS: number = 0x3000000;
export const RECORD_SIZE: number = 32;
export const CHUNK_SIZE: number = 4096;
export const MAX_CHUNKS: number = 12288;

// --- Address spaces

export const SPACES: number = 0x6000000;
export const MAX_SPACES: number = 16;
export const SPACE_STRIDE: number = 0x810000;
/**
 * Direct tables for the low 4 GiB: for each virtual page a 32-bit difference, so that the host
 * address of a byte is its virtual address + difference + 1 modulo 2^32; 0 where none is known.
 */
export const SPACE_READ: number = 0;
export const SPACE_WRITE: number = 0x400000;
/** Tagged tables above 4 GiB: entries of 16 bytes, virtual page number and host page address. */
export const SPACE_HIGH_READ: number = 0x800000;
export const SPACE_HIGH_WRITE: number = 0x804000;
export const HIGH_ENTRIES: number = 1024;
/** Code pages: entries of 16 bytes, virtual page number and address of the entry table. */
export const SPACE_CODE: number = 0x808000;
export const CODE_ENTRIES: number = 512;
/** A byte for each 4 MiB of the low 4 GiB: 1 when its part of the direct tables is not all zero. */
export const SPACE_DIRTY: number = 0x80a000;
/** A byte: 1 when the tagged tables are not all zero. */
export const SPACE_HIGH_USED: number = 0x80a400;

// --- Compiled code (tier 1)

/**
 * For each record, 8 bytes: u16 slot of the region or 0, u8 label in it, u8 which of its pages, u16 the record's own
 * micro-op, i16 distance in pages from the region's first page to it.
 */
export const REGION_ENTRIES: number = 0xe200000;
/** Bytes of a record that one byte there stands for. */
export const REGION_ENTRY_SHIFT: number = 2;
/** Regions that can be installed at once, and one; slots count from 1. */
export const MAX_REGIONS: number = 2048;
/** Instructions that compiled code has retired (64 bits). */
export const REGION_INSTRUCTIONS: number = 0xd48;
/** How often compiled code has been left, by REGION_*: eight 64-bit counters. */
export const REGION_EXITS: number = 0xda0;
/** Tables of labels, for the pages of regions: a byte for each offset in the page, the label there or 0. */
export const REGION_LABELS: number = 0xee00000;
export const REGION_LABELS_SIZE: number = 4096;
export const MAX_REGION_LABELS: number = 4096;

/** Guest RAM; a multiple of 64 KiB. */
export const RAM_BASE: number = 0x10000000;
export const MAX_RAM_BYTES: number = 0xf0000000 - 0x10000;

// --- Records

/**
 * One micro-op, 32 bytes. `before` and `after` count the instructions retired since the block
 * started (or since its last conditional jump) before and after this record.
 */
export const REC_OP: number = 0; // u16
export const REC_OFFSET: number = 2; // u16: offset of the instruction in its page
export const REC_BEFORE: number = 4; // u8
export const REC_AFTER: number = 5; // u8
export const REC_LENGTH: number = 6; // u8: bytes of the instruction
export const REC_SCALE: number = 7; // u8: shift count of the index
export const REC_R0: number = 8; // u16: register of operand 0, as an offset from REGS
export const REC_R1: number = 10; // u16: register of operand 1
export const REC_BASE: number = 12; // u16
export const REC_INDEX: number = 14; // u16
export const REC_DISPLACEMENT: number = 16; // i32
export const REC_IMMEDIATE2: number = 20; // i32: the immediate of a comparison fused with a jump
export const REC_IMMEDIATE: number = 24; // i64
export const REC_TARGET: number = 24; // i32: record that a direct jump leads to
/** i32: the record that follows a conditional jump which is not taken. */
export const REC_FALL_THROUGH: number = 28;

// --- What a region returns; RIP, TICK and all registers are in memory

/** Goes on at RIP. */
export const REGION_CHAIN: number = 0;
/** The tick has run out, at RIP. */
export const REGION_TICK: number = 1;
/** The instruction at RIP is for the interpreter. */
export const REGION_INTERPRET: number = 2;
/** The region was compiled for another virtual address: nothing has been done. */
export const REGION_MOVED: number = 3;
/** The instruction at RIP is for the interpreter: bytes that are checked together lie in two pages. */
export const REGION_SPLIT: number = 4;
/** Goes on at RIP, where no compiled code is known; only while regions call each other. */
export const REGION_LOST: number = 5;
/** A system call: RIP is behind its instruction, which is counted. */
export const REGION_SYSCALL: number = 6;
/** Goes on at RIP, as no further call may be nested; only while regions call each other. */
export const REGION_DEEP: number = 7;
/** Goes on where its caller said, which RIP does not tell; only while regions call each other. */
export const REGION_RETURN: number = 8;

// --- Why the loop returns to TypeScript

export const EXIT_LOOKUP: number = 0;
export const EXIT_TICK: number = 1;
export const EXIT_TRAP: number = 2;
/** An instruction that crosses a page met another second page than it was decoded with. */
export const EXIT_RECROSS: number = 3;
/** A system call; only of `enter`, which has written all of the frame. */
export const EXIT_SYSCALL: number = 4;

/** Internal vector: a data access to a non-canonical address, #GP or #SS by its segment. */
export const VECTOR_NON_CANONICAL: number = 0x10d;
/** Internal vector: the instruction at RIP is about to set TF or AC and has to be executed by itself. */
export const VECTOR_STEP: number = 0x10e;
