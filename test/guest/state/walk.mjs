// SPDX-License-Identifier: MPL-2.0
//
// A walk over a kernel's state: everything that can be reached from its root has to be data. Fields,
// elements, and the members of maps and sets are followed; prototypes belong to the classes and are not.

/** Objects that are data without a class of ours, by the name of their prototype's constructor. */
const PLAIN = new Set(["Object", "Array", "Map", "Set"]);
const BYTES = new Set([
  ...["Uint8Array", "Int8Array", "Uint16Array", "Int16Array", "Uint32Array", "Int32Array"],
  ...["Uint8ClampedArray", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"],
  ...["DataView", "ArrayBuffer", "SharedArrayBuffer"],
]);
/** So many places are told of one walk. */
const VIOLATIONS_MAX = 20;

/**
 * @typedef {object} Walk
 * @property {string[]} violations where something lies that is no data, with the path from the root
 * @property {Map<string, number>} census how many objects of each class were met
 */

/**
 * @param {object} root
 * @param {object} options
 * @param {ReadonlySet<string>} options.classes names of the classes that state may be of
 * @param {ReadonlySet<unknown>} [options.constants] what belongs to the program and not to its state
 * @returns {Walk}
 */
export function walkState(root, { classes, constants = new Set() }) {
  /** @type {string[]} */
  const violations = [];
  /** @type {Map<string, number>} */
  const census = new Map();
  /** @type {Map<string, unknown>} */
  const constructors = new Map();
  /** Where each object was met first: the object above it, and the step from there. */
  /** @type {Map<unknown, {above: unknown, step: string}>} */
  const met = new Map([[root, { above: undefined, step: "kernel" }]]);
  /** @type {unknown[]} */
  const left = [root];

  /** @param {unknown} above @param {string} step */
  const pathOf = (above, step) => {
    let path = step;
    for (let at = met.get(above); at !== undefined; at = met.get(at.above)) path = at.step + path;
    return path;
  };
  /** @param {unknown} above @param {string} step @param {string} what */
  const violate = (above, step, what) => {
    if (violations.length < VIOLATIONS_MAX) violations.push(`${pathOf(above, step)}: ${what}`);
  };
  /** @param {unknown} value @param {unknown} above @param {string} step */
  const visit = (value, above, step) => {
    if (typeof value === "function")
      violate(above, step, `a function (${value.name || "no name"})`);
    else if (typeof value === "symbol") violate(above, step, "a symbol");
    else if (
      typeof value === "object" &&
      value !== null &&
      !met.has(value) &&
      !constants.has(value)
    ) {
      met.set(value, { above, step });
      left.push(value);
    }
  };

  while (left.length > 0) {
    const object = /** @type {object} */ (left.pop());
    const prototype = Object.getPrototypeOf(object);
    const constructor = prototype === null ? Object : prototype.constructor;
    const name = String(constructor?.name);
    const { above, step } = met.get(object) ?? { above: undefined, step: "" };
    const isOurs = classes.has(name);
    if (!isOurs && !PLAIN.has(name) && !BYTES.has(name)) {
      violate(above, step, `an object of ${name}, which is no class of the kernel's`);
      continue;
    }
    if (isOurs && (constructors.get(name) ?? constructor) !== constructor) {
      violate(above, step, `an object of another class ${name} than the one met before`);
    }
    constructors.set(name, constructor);
    census.set(name, (census.get(name) ?? 0) + 1);
    if (BYTES.has(name)) continue;
    if (object instanceof Map) {
      for (const [key, value] of object) {
        visit(key, object, `<key>`);
        visit(value, object, `<${typeof key === "object" ? "value" : String(key)}>`);
      }
    } else if (object instanceof Set) {
      for (const value of object) visit(value, object, "<member>");
    }
    if (Array.isArray(object)) {
      for (let index = 0; index < object.length; index++)
        visit(object[index], object, `[${index}]`);
      continue;
    }
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      const stepDown = `.${String(key)}`;
      if (property === undefined) continue;
      if ("value" in property) visit(property.value, object, stepDown);
      else violate(object, stepDown, "an accessor of the object's own");
    }
  }
  return { violations, census };
}
