// SPDX-License-Identifier: MPL-2.0

export interface CpioFile {
  readonly name: string;
  readonly mode: number;
  readonly data?: string;
  readonly ino?: number;
  readonly nlink?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly rdev?: readonly [number, number];
}

/** A newc archive (cpio(5)) of these files, with its trailer. */
export function cpio(files: readonly CpioFile[]): Buffer {
  const parts: Buffer[] = [];
  const pad = (): void => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    parts.push(Buffer.alloc((4 - (length % 4)) % 4));
  };
  const add = (file: CpioFile, ino: number): void => {
    const data = Buffer.from(file.data ?? "", "latin1");
    const fields = [
      file.ino ?? ino,
      file.mode,
      file.uid ?? 0,
      file.gid ?? 0,
      file.nlink ?? 1,
      file.mtime ?? 0,
      data.length,
      0,
      0,
      file.rdev?.[0] ?? 0,
      file.rdev?.[1] ?? 0,
      file.name.length + 1,
      0,
    ];
    parts.push(Buffer.from(`070701${fields.map((n) => n.toString(16).padStart(8, "0")).join("")}`));
    parts.push(Buffer.from(`${file.name}\0`, "latin1"));
    pad();
    parts.push(data);
    pad();
  };
  files.forEach((file, i) => add(file, i + 1));
  add({ name: "TRAILER!!!", mode: 0 }, 0);
  return Buffer.concat(parts);
}
