// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import type { System } from "../system.unsafe.ts";
import { mintPaddr } from "./address.unsafe.ts";
import type { FrameMetadata } from "./frame-metadata.unsafe.ts";
import { FrameKind } from "./frames.unsafe.ts";
import { PAGE_SIZE } from "./page.ts";
import type { Paddr } from "./page.ts";

/** What handles on typed frames have in common. */
abstract class TypedFrame<M extends FrameMetadata> {
  readonly #system: System;
  readonly #pfn: number;
  readonly #generation: number;
  #released: Release | undefined;

  /** For OSTD: takes over one reference to frame `pfn`. */
  constructor(privilege: Privilege, owner: System, pfn: number) {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD makes handles on frames");
    }
    this.#system = owner;
    this.#pfn = pfn;
    this.#generation = owner.frames.generation(pfn);
  }

  /** For OSTD: the frame of a live handle, in the system `owner` if one is given. */
  static liveFrame(
    privilege: Privilege,
    frame: TypedFrame<FrameMetadata>,
    owner: System = frame.#system,
  ): number {
    if (privilege !== PRIVILEGE || frame.#system !== owner) {
      panic("a frame handle of another system");
    }
    if (frame.#released !== undefined) {
      panicUsed("a typed frame", frame.#released);
    }
    if (owner.frames.generation(frame.#pfn) !== frame.#generation) {
      panic(`frame ${frame.#pfn} was released under a handle: a bug of OSTD`);
    }
    return frame.#pfn;
  }

  /** For OSTD: ends a handle without giving up its reference, which another handle takes over. */
  static convert(privilege: Privilege, frame: TypedFrame<FrameMetadata>, release: Release): System {
    TypedFrame.liveFrame(privilege, frame);
    frame.#released = release;
    return frame.#system;
  }

  /** For OSTD: where a handle of this system notes its end. */
  static systemOf(privilege: Privilege, frame: TypedFrame<FrameMetadata>): System {
    if (privilege !== PRIVILEGE) {
      panic("a system is OSTD's own");
    }
    return frame.#system;
  }

  /** The physical address of the frame. Nobody reads its bytes: they belong to the metadata. */
  get paddr(): Paddr {
    return mintPaddr(TypedFrame.liveFrame(PRIVILEGE, this) * PAGE_SIZE);
  }

  /** What the frame belongs to. */
  get meta(): M {
    return this.#system.metadata.get<M>(TypedFrame.liveFrame(PRIVILEGE, this));
  }

  /** Ends the handle; the last one frees the frame, after `onDrop` of its metadata. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("a typed frame", this.#released);
    }
    const pfn = TypedFrame.liveFrame(PRIVILEGE, this);
    this.#released = this.#system.releases.note();
    const { frames, metadata } = this.#system;
    if (frames.referenceCount(pfn) === 1) {
      metadata.take(pfn)?.onDrop?.();
    }
    frames.decrease(pfn);
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

/** Claims a frame and gives it its metadata; -1 when memory is out. */
function claim(owner: System, metadata: FrameMetadata): number {
  const pfn = owner.frames.alloc(1, FrameKind.TYPED, true);
  if (pfn >= 0) {
    owner.metadata.set(pfn, metadata);
  }
  return pfn;
}

/** A counted reference to a typed frame: never mapped, never given to a device, never read. */
export class Frame<M extends FrameMetadata> extends TypedFrame<M> {
  // Makes the type nominal: a UniqueFrame is no Frame.
  readonly #isUnique = false;

  /** A frame that belongs to `metadata`, or undefined when memory is out. */
  static alloc<M extends FrameMetadata>(metadata: M): Frame<M> | undefined {
    const owner = system();
    const pfn = claim(owner, metadata);
    return pfn < 0 ? undefined : new Frame<M>(PRIVILEGE, owner, pfn);
  }

  get isUnique(): boolean {
    return this.#isUnique;
  }

  /** How many handles refer to the frame. */
  get referenceCount(): number {
    const { frames } = TypedFrame.systemOf(PRIVILEGE, this);
    return frames.referenceCount(TypedFrame.liveFrame(PRIVILEGE, this));
  }

  /** A further handle on the same frame. */
  clone(): Frame<M> {
    const pfn = TypedFrame.liveFrame(PRIVILEGE, this);
    const owner = TypedFrame.systemOf(PRIVILEGE, this);
    owner.frames.increase(pfn);
    return new Frame<M>(PRIVILEGE, owner, pfn);
  }

  /** Makes this the only handle's successor; undefined (and this stays) while there are others. */
  tryIntoUnique(): UniqueFrame<M> | undefined {
    const pfn = TypedFrame.liveFrame(PRIVILEGE, this);
    const { frames, releases } = TypedFrame.systemOf(PRIVILEGE, this);
    if (frames.referenceCount(pfn) !== 1) {
      return undefined;
    }
    return new UniqueFrame<M>(PRIVILEGE, TypedFrame.convert(PRIVILEGE, this, releases.note()), pfn);
  }
}

/** The only reference to a typed frame: its metadata may be replaced. */
export class UniqueFrame<M extends FrameMetadata> extends TypedFrame<M> {
  readonly #isUnique = true;

  /** A frame that belongs to `metadata`, or undefined when memory is out. */
  static alloc<M extends FrameMetadata>(metadata: M): UniqueFrame<M> | undefined {
    const owner = system();
    const pfn = claim(owner, metadata);
    return pfn < 0 ? undefined : new UniqueFrame<M>(PRIVILEGE, owner, pfn);
  }

  get isUnique(): boolean {
    return this.#isUnique;
  }

  /** The frame with other metadata, and perhaps of another type; this handle ends. */
  repurpose<N extends FrameMetadata>(metadata: N): UniqueFrame<N> {
    const pfn = TypedFrame.liveFrame(PRIVILEGE, this);
    const owner = TypedFrame.systemOf(PRIVILEGE, this);
    TypedFrame.convert(PRIVILEGE, this, owner.releases.note());
    const former = owner.metadata.take(pfn);
    owner.metadata.set(pfn, metadata);
    const next = new UniqueFrame<N>(PRIVILEGE, owner, pfn);
    former?.onDrop?.();
    return next;
  }

  /** A handle that may be cloned; this one ends. */
  intoShared(): Frame<M> {
    const pfn = TypedFrame.liveFrame(PRIVILEGE, this);
    const { releases } = TypedFrame.systemOf(PRIVILEGE, this);
    return new Frame<M>(PRIVILEGE, TypedFrame.convert(PRIVILEGE, this, releases.note()), pfn);
  }

  /** For OSTD: the same frame under a new handle; this one ends, as of `release`. */
  static move<M extends FrameMetadata>(
    privilege: Privilege,
    frame: UniqueFrame<M>,
    release: Release,
  ): UniqueFrame<M> {
    const pfn = TypedFrame.liveFrame(privilege, frame);
    return new UniqueFrame<M>(privilege, TypedFrame.convert(privilege, frame, release), pfn);
  }
}
