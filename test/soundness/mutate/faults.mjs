// SPDX-License-Identifier: MPL-2.0

// Faults to plant in OSTD, one at a time: text of a built file and what to put in its place. The
// attack has to find each of them, or it proves nothing. `by` names the attack that does.

const FRAMES = "mm/frames.unsafe.js";
const TABLE = "arch/x86_64/page-table.unsafe.js";
const IOMMU = "arch/x86_64/iommu/iommu.unsafe.js";
const one = (file, find, replace) => [{ file, find, replace }];

export const FAULTS = [
  {
    name: "claims-used-frames",
    about: "frames that are in use are allocated again",
    patches: one(
      FRAMES,
      "if (this.#counts[pfn] !== UNUSED) {\n                return false;",
      "if (this.#counts[pfn] === RESERVED) {\n                return false;",
    ),
  },
  {
    name: "claims-reserved-frames",
    about: "frames that were never given to the allocator are allocated",
    patches: one(
      FRAMES,
      "if (this.#counts[pfn] !== UNUSED) {\n                return false;",
      "if (this.#counts[pfn] !== UNUSED && this.#counts[pfn] !== RESERVED) {\n                return false;",
    ),
  },
  {
    name: "frees-one-too-early",
    about: "a frame is free when its last reference but one is given up",
    patches: one(
      FRAMES,
      "if (count > 1) {\n            this.#counts[pfn] = count - 1;",
      "if (count > 2) {\n            this.#counts[pfn] = count - 1;",
    ),
  },
  {
    name: "mapping-without-reference",
    about: "a mapping does not count as a reference",
    patches: one(
      "mm/vm-space.js",
      "const pfn = UntypedMemory.firstFrameIn(this.#system, frame);\n        this.#system.frames.increase(pfn);",
      "const pfn = UntypedMemory.firstFrameIn(this.#system, frame);",
    ),
  },
  {
    name: "unmap-keeps-tlb",
    about: "the machine is not told of few pages that were unmapped",
    patches: one("mm/tlb.js", "this.#hardware.invalidatePage(root, address);", ""),
  },
  {
    name: "protect-keeps-tlb",
    about: "the machine is not told of rights that were taken away",
    patches: one(
      TABLE,
      "this.#protectEntry(entry, low, flags);\n        this.#forgetTranslations();\n        this.#hardware.invalidatePage(this.root, address);",
      "this.#protectEntry(entry, low, flags);\n        this.#forgetTranslations();",
    ),
  },
  {
    name: "protect-keeps-translation",
    about: "the kernel's own translation of a page outlives its rights",
    patches: one(
      TABLE,
      "this.#protectEntry(entry, low, flags);\n        this.#forgetTranslations();",
      "this.#protectEntry(entry, low, flags);",
    ),
  },
  {
    name: "freed-before-forgotten",
    about: "frames are given up while pages are still being unmapped, as before TlbFlusher",
    patches: one(TABLE, "this.#flusher.defer(pfn);\n", "this.#frames.decrease(pfn);\n"),
  },
  {
    name: "fork-keeps-right-to-write",
    about: "copy-on-write leaves the parent the right to write",
    patches: one(TABLE, "this.#ram.writeEntry(source + offset, low);\n", ""),
  },
  {
    name: "copy-on-write-of-two",
    about: "a frame with two owners is written in place",
    patches: one(
      "mm/vm-space.js",
      "frames.referenceCount(paddr / PAGE_SIZE) === 1",
      "frames.referenceCount(paddr / PAGE_SIZE) <= 2",
    ),
  },
  {
    name: "empty-table-stays-linked",
    about: "an empty page table is freed and stays in the table above",
    patches: one(
      TABLE,
      "this.#ram.writeEntry(entry, 0);\n            this.#ram.writeEntry(entry + 4, 0);\n            this.#frames.addEntries(parent",
      "this.#frames.addEntries(parent",
    ),
  },
  {
    name: "kernel-half-mapped",
    about: "addresses of the kernel's half are taken for user pages",
    patches: one(
      "mm/vm-space.js",
      "return address >= 0 && address < MAX_USERSPACE_VADDR && isPageStart(address);",
      "return address >= 0 && isPageStart(address);",
    ),
  },
  {
    name: "bounds-one-page-late",
    about: "a handle reaches one page further than its frames",
    patches: one(
      "mm/untyped-memory.js",
      "const size = memory.#count * PAGE_SIZE;",
      "const size = (memory.#count + 1) * PAGE_SIZE;",
    ),
  },
  {
    name: "use-after-drop",
    about: "frame handles can be used after their end",
    patches: one(
      "mm/untyped-memory.js",
      "if (memory.#released !== undefined) {\n            panicUsed(",
      "if (false) {\n            panicUsed(",
    ),
  },
  {
    name: "reader-outlives-frame",
    about: "readers and writers do not ask whether their memory is still held",
    patches: one(
      "mm/untyped-memory.js",
      "static firstFrameOf(memory) {",
      "static firstFrameOf(memory) {\n        return memory.#first;",
    ),
  },
  {
    name: "unmapped-dma-stays",
    about: "devices keep what was mapped for them",
    patches: one(
      IOMMU,
      "this.#table.set(this.#table.entryOf(pfn), pfn, rights);",
      "if (rights !== 0) this.#table.set(this.#table.entryOf(pfn), pfn, rights);",
    ),
  },
  {
    name: "iotlb-kept",
    about: "the IOMMU is not told of what was unmapped",
    patches: one(IOMMU, "if (pfns.length === 0) {", "if (pfns.length >= 0) {"),
  },
  {
    name: "dma-rights-swapped",
    about: "devices may write where they were to read",
    patches: one(
      IOMMU,
      'case "toDevice":\n            return 1;',
      'case "toDevice":\n            return WRITERS;',
    ),
  },
  {
    name: "dma-without-own-handle",
    about: "a driver frees DMA memory under its device",
    patches: [
      {
        file: "mm/dma.js",
        find: "const own = USegment.cloneOf(segment);",
        replace: "const own = segment;",
      },
      {
        file: "mm/dma.js",
        find: "UntypedMemory.end(PRIVILEGE, this.#own, release);",
        replace: "if (this.#own.isLive) UntypedMemory.end(PRIVILEGE, this.#own, release);",
      },
    ],
  },
  {
    name: "interrupt-source-unchecked",
    about: "any device may raise any remapped line",
    patches: one(
      "arch/x86_64/iommu/interrupt-table.unsafe.js",
      "requester === undefined ? 0 : VERIFY_SOURCE | requester",
      "0",
    ),
  },
  {
    name: "rflags-unchecked",
    about: "a program chooses its IOPL",
    patches: [
      {
        file: "arch/x86_64/user-context.js",
        find: "words[RFLAGS] = ((words[RFLAGS] ?? 0) & RFLAGS_USER) | RFLAGS_FORCED;",
        replace: "",
      },
      {
        file: "arch/x86_64/user-context.js",
        find: "const flags = (value & RFLAGS_USER) | RFLAGS_FORCED;",
        replace: "const flags = value;",
      },
    ],
  },
  {
    name: "context-after-drop",
    about: "registers of a thread that ended are written",
    patches: one("arch/x86_64/user-context.js", "this.#words = undefined;", ""),
  },
  {
    name: "ram-as-device",
    about: "drivers may acquire RAM as device memory",
    patches: one(
      "system.unsafe.js",
      "...hardware.ram.map(({ base, bytes }) => [base, base + bytes.length]),",
      "",
    ),
  },
  {
    name: "apic-as-device",
    about: "drivers may acquire the interrupt controllers",
    patches: one("system.unsafe.js", "...SENSITIVE_IO_MEMORY,", ""),
  },
  {
    name: "slot-to-other-slab",
    about: "a slab takes back slots of others",
    patches: one(
      "mm/slab.js",
      "if (owner !== this.#system || slabFrame !== this.#pfn) {",
      "if (owner !== this.#system) {",
    ),
  },
  {
    name: "allocator-intrudes",
    about: "the frame allocator may change memory while it is asked",
    patches: [
      { file: FRAMES, find: "if (this.#inAllocator) {", replace: "if (false) {" },
      {
        file: TABLE,
        find: "this.#flusher.defer(pfn);\n",
        replace: "this.#frames.decrease(pfn);\n",
      },
    ],
  },
  {
    name: "forged-handles",
    about: "anybody can make a handle on a frame",
    patches: one(
      "mm/untyped-memory.js",
      'if (privilege !== PRIVILEGE) {\n            panic("only OSTD makes handles on frames");',
      'if (false) {\n            panic("only OSTD makes handles on frames");',
    ),
  },
  {
    name: "heap-slot-unchecked",
    about: "the heap uses slots of another size than was asked for",
    patches: one("mm/heap.js", "place.size !== slotSize ||", ""),
  },
  {
    name: "cpu-local-unguarded",
    about: "a CPU's own variables are used with a guard that was dropped",
    patches: one(
      "cpu/cpu-local.js",
      "getWith(guard) {\n        requireGuard(guard);",
      "getWith(guard) {",
    ),
  },
  {
    name: "two-tasks-run",
    about: "the state of the task that the scheduler picked is not checked",
    by: "tasks",
    patches: one("task/scheduling.js", "if (state !== TaskState.RUNNABLE) {", "if (false) {"),
  },
  {
    name: "scheduler-yields",
    about: "a scheduler may yield while it is asked",
    by: "tasks",
    patches: one(
      "task/scheduling.js",
      "return this.atomicDepth > 0 || this.#system.interrupts.level > 0;",
      "return this.#system.interrupts.level > 0;",
    ),
  },
  {
    name: "mutex-lets-two-in",
    about: "a mutex is given to two tasks",
    by: "tasks",
    patches: one("sync/mutex.js", "this.#locked = true;", ""),
  },
  {
    name: "guard-of-another-task",
    about: "a guard is used by a task that did not take it",
    by: "tasks",
    patches: one(
      "sync/lock-guard.js",
      "if (this.#system.scheduling.current !== this.#holder) {",
      "if (false) {",
    ),
  },
  {
    name: "lock-order-unchecked",
    about: "locks may be taken in both orders",
    by: "tasks",
    patches: one("sync/lock-order.js", "if (this.#leads(next, lock, new Set())) {", "if (false) {"),
  },
  ...[
    {
      name: "value-looked-at-late",
      about: "a value becomes a number when its frame has been looked up",
      patches: one(
        "mm/untyped-memory.js",
        "const word = +value;\n        this.#system.ram.writeU32",
        "const word = value;\n        this.#system.ram.writeU32",
      ),
    },
    {
      name: "offset-by-text",
      about: "a text passes for an offset",
      patches: one(
        "mm/untyped-memory.js",
        "ram.readU32(UntypedMemory.#addressOf(this, +offset, 4))",
        "ram.readU32(UntypedMemory.#addressOf(this, offset, 4))",
      ),
    },
    {
      name: "array-kind-unasked",
      about: "what is no array of bytes is read as one",
      patches: one(
        "mm/bytes.unsafe.js",
        'if (kindOf.call(bytes) !== "Uint8Array") {',
        "if (false) {",
      ).concat(one("mm/bytes.unsafe.js", "return lengthOf.call(bytes);", "return bytes.length;")),
    },
  ].map((fault) => ({ ...fault, by: "arguments" })),
];
