// SPDX-License-Identifier: MPL-2.0

// A method without type parameters for one that has some.

interface Caster {
  cast<A, B>(a: A): B;
}
class Liar implements Caster {
  cast(a: never): never {
    return a;
  }
}

export default (): unknown => {
  const caster: Caster = new Liar();
  const n: number = caster.cast<string, number>("text");
  return n.toFixed();
};
