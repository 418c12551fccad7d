// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";

/** What a typed frame belongs to. */
export interface FrameMetadata {
  /** Called when the last handle on the frame has ended, before the frame is free. */
  onDrop?(): void;
}

/**
 * The metadata objects of typed frames, by frame number.
 *
 * SAFETY: the invariant *metadata-typed*: an object is put in when its frame is claimed and taken
 * out before the frame is released, and the type of a handle is that of the object it was made
 * with; so the assertion below states what is so.
 */
export class FrameMetadataTable {
  readonly #objects: Map<number, FrameMetadata> = new Map();

  set(pfn: number, metadata: FrameMetadata): void {
    this.#objects.set(pfn, metadata);
  }

  get<M extends FrameMetadata>(pfn: number): M {
    const metadata = this.#objects.get(pfn);
    if (metadata === undefined) {
      panic(`frame ${pfn} has no metadata`);
    }
    return metadata as M;
  }

  take(pfn: number): FrameMetadata | undefined {
    const metadata = this.#objects.get(pfn);
    this.#objects.delete(pfn);
    return metadata;
  }
}
