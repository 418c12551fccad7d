// SPDX-License-Identifier: MPL-2.0

// A class that extends a parameter.

type Maker = new (...args: never[]) => object;
const mixin = (Base: Maker): unknown =>
  class extends Base {
    extra = 1;
  };

export default (): unknown => mixin(Map);
