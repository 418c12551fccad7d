// SPDX-License-Identifier: MPL-2.0

// A namespace merged into a function.

function work(): number {
  return work.count;
}
namespace work {
  export let count = 0;
}

export default (): unknown => work();
