// SPDX-License-Identifier: MPL-2.0

// A namespace with a variable.

namespace State {
  export let count = 0;
}

export default (): unknown => ++State.count;
