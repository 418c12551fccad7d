// SPDX-License-Identifier: MPL-2.0

/** One thing that is wrong with a manifest, and where. */
export interface Complaint {
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  readonly message: string;
}

/** A manifest that can not be used. Its message has one line for each thing that is wrong. */
export class ManifestError extends Error {
  readonly file: string;
  readonly complaints: readonly Complaint[];

  constructor(file: string, complaints: readonly Complaint[]) {
    const lines = complaints.map(
      ({ line, column, message }) => `${file}:${line}:${column}: ${message}`,
    );
    super(lines.join("\n"));
    this.name = "ManifestError";
    this.file = file;
    this.complaints = complaints;
  }
}
