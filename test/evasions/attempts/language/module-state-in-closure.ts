// SPDX-License-Identifier: MPL-2.0

// The same in a closure.

const next = ((): (() => number) => {
  let count = 0;
  return () => ++count;
})();

export default (): unknown => next();
