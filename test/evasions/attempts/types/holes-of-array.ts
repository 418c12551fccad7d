// SPDX-License-Identifier: MPL-2.0

// The holes of a list that was made by its length.

export default (): unknown => {
  let text = "";
  for (const n of new Array<number>(2)) text += n.toFixed();
  return text;
};
