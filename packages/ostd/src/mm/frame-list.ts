// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import type { System } from "../system.unsafe.ts";
import type { FrameMetadata } from "./frame-metadata.unsafe.ts";
import { PAGE_SIZE } from "./page.ts";
import { UniqueFrame } from "./typed-frame.ts";

interface Link<M extends FrameMetadata> {
  readonly frame: UniqueFrame<M>;
  previous: Link<M> | undefined;
  next: Link<M> | undefined;
}

/**
 * Typed frames in a row: a free list, an LRU list. The list owns them: a frame that is put in moves
 * (its handle ends), so that it stands in one list at most, and comes out under a new handle.
 */
export class FrameList<M extends FrameMetadata> {
  readonly #system: System = system();
  readonly #links: Map<number, Link<M>> = new Map();
  #first: Link<M> | undefined;
  #last: Link<M> | undefined;
  #released: Release | undefined;

  /** How many frames it holds. */
  get size(): number {
    this.#requireLive();
    return this.#links.size;
  }

  #requireLive(): void {
    if (this.#released !== undefined) {
      panicUsed("a frame list", this.#released);
    }
  }

  #insert(frame: UniqueFrame<M>, next: Link<M> | undefined): void {
    this.#requireLive();
    UniqueFrame.liveFrame(PRIVILEGE, frame, this.#system);
    const own = UniqueFrame.move(PRIVILEGE, frame, this.#system.releases.note());
    const previous = next === undefined ? this.#last : next.previous;
    const link: Link<M> = { frame: own, previous, next };
    if (previous === undefined) {
      this.#first = link;
    } else {
      previous.next = link;
    }
    if (next === undefined) {
      this.#last = link;
    } else {
      next.previous = link;
    }
    this.#links.set(own.paddr / PAGE_SIZE, link);
  }

  #takeOut(link: Link<M> | undefined): UniqueFrame<M> | undefined {
    this.#requireLive();
    if (link === undefined) {
      return undefined;
    }
    if (link.previous === undefined) {
      this.#first = link.next;
    } else {
      link.previous.next = link.next;
    }
    if (link.next === undefined) {
      this.#last = link.previous;
    } else {
      link.next.previous = link.previous;
    }
    this.#links.delete(link.frame.paddr / PAGE_SIZE);
    return UniqueFrame.move(PRIVILEGE, link.frame, "not noted");
  }

  /** Puts a frame before all others; its handle ends. */
  pushFront(frame: UniqueFrame<M>): void {
    this.#insert(frame, this.#first);
  }

  /** Puts a frame behind all others; its handle ends. */
  pushBack(frame: UniqueFrame<M>): void {
    this.#insert(frame, undefined);
  }

  /** Takes the first frame out. */
  popFront(): UniqueFrame<M> | undefined {
    return this.#takeOut(this.#first);
  }

  /** Takes the last frame out. */
  popBack(): UniqueFrame<M> | undefined {
    return this.#takeOut(this.#last);
  }

  /** Whether the frame at physical address `paddr` stands in the list. */
  contains(paddr: number): boolean {
    this.#requireLive();
    return this.#links.has(paddr / PAGE_SIZE);
  }

  /** Takes out the frame at physical address `paddr`; undefined when it does not stand here. */
  remove(paddr: number): UniqueFrame<M> | undefined {
    return this.#takeOut(this.#links.get(paddr / PAGE_SIZE));
  }

  /** The metadata of each frame, from the first to the last; the list must not change meanwhile. */
  *metas(): IterableIterator<M> {
    this.#requireLive();
    for (let link = this.#first; link !== undefined; link = link.next) {
      yield link.frame.meta;
    }
  }

  /** Frees all frames. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("a frame list", this.#released);
    }
    const release = this.#system.releases.note();
    for (let link = this.#first; link !== undefined; link = this.#first) {
      this.#takeOut(link)?.drop();
    }
    this.#released = release;
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}
