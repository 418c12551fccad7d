// SPDX-License-Identifier: MPL-2.0

// `any` out of a promise of the host.

export default async (): Promise<unknown> => {
  const rows: number[] = await (await fetch("http://localhost")).json();
  return rows;
};
