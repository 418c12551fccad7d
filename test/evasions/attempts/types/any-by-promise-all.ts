// SPDX-License-Identifier: MPL-2.0

// `any` out of `Promise.all`.

export default async (): Promise<unknown> => {
  const [x]: number[] = await Promise.all([JSON.parse("{}")]);
  return x;
};
