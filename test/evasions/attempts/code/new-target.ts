// SPDX-License-Identifier: MPL-2.0

// `new.target` and its prototype.

export default function attempt(): unknown {
  function Maker(this: unknown): unknown {
    return new.target;
  }
  return Reflect.construct(Maker, []);
}
