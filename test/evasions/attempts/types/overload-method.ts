// SPDX-License-Identifier: MPL-2.0

// The same for a method.

class Caster {
  cast(value: string): number;
  cast(value: string): string | number {
    return value;
  }
}

export default (): unknown => new Caster().cast("text");
