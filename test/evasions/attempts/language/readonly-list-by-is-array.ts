// SPDX-License-Identifier: MPL-2.0

// The same for a list.

const LIST: readonly number[] = [1];

export default (): unknown => {
  const list: readonly number[] | string = LIST;
  if (Array.isArray(list)) list.push(1);
  return LIST.length;
};
