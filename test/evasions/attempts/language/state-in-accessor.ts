// SPDX-License-Identifier: MPL-2.0

// State at module level, behind a getter.

const make = (): { readonly next: number } => {
  let n = 0;
  return {
    get next() {
      return ++n;
    },
  };
};
const source: { readonly next: number } = make();

export default (): unknown => source.next + source.next;
