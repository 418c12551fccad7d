// SPDX-License-Identifier: MPL-2.0

// The same in a generator.

function* numbers(): Generator<number> {
  for (let n = 0; ; n++) yield n;
}
const sequence = numbers();

export default (): unknown => sequence.next().value;
