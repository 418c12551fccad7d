// SPDX-License-Identifier: MPL-2.0

// Tells whether an attempt got what it must not get. It knows nothing of how compartments work: it
// looks at what came back, and whether anything that all code shares has changed.

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;

/** All objects that `roots` lead to by properties and prototypes. */
function reachable(roots) {
  const found = new Set();
  const waiting = [...roots];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if ((typeof value !== "object" && typeof value !== "function") || value === null) continue;
    if (found.has(value)) continue;
    found.add(value);
    waiting.push(getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      const property = getOwnPropertyDescriptor(value, key);
      waiting.push(property?.value, property?.get, property?.set);
    }
  }
  return found;
}

/** Remembers every property of the objects that all code shares. */
export function photograph(roots) {
  return [...reachable(roots)].map((object) => ({
    object,
    prototype: getPrototypeOf(object),
    properties: new Map(
      Reflect.ownKeys(object).map((key) => [key, getOwnPropertyDescriptor(object, key)]),
    ),
  }));
}

/** What is not as it was, in words; undefined when all is. */
export function changeSince(photo) {
  for (const { object, prototype, properties } of photo) {
    if (getPrototypeOf(object) !== prototype) return "a prototype";
    const keys = Reflect.ownKeys(object);
    if (keys.length !== properties.size) return `members of ${String(object.name ?? "an object")}`;
    for (const key of keys) {
      const [now, before] = [getOwnPropertyDescriptor(object, key), properties.get(key)];
      const isSame =
        before !== undefined &&
        Object.is(now.value, before.value) &&
        now.get === before.get &&
        now.set === before.set;
      if (!isSame) return String(key);
    }
  }
  return undefined;
}

/** Looks at so many levels of what an attempt brings. */
const DEPTH = 4;

/** What of the host, or of its clock, is in `loot`, in words; undefined when nothing is. */
export function findPower(loot, powers, depth = DEPTH) {
  if (typeof loot === "string") return loot.startsWith("GAINED") ? loot : undefined;
  if (typeof loot === "function" && makesCode(loot)) return "a maker of code";
  if ((typeof loot !== "object" && typeof loot !== "function") || loot === null) return undefined;
  const name = powers.get(loot);
  if (name !== undefined) return name;
  for (const key of Reflect.ownKeys(loot)) {
    const property = getOwnPropertyDescriptor(loot, key);
    if ((key === "clock" || key === "chance") && typeof property?.value === "number") {
      return `a ${key}`;
    }
    if (depth === 0) continue;
    for (const value of [property?.value, property?.get, property?.set]) {
      const found = findPower(value, powers, depth - 1);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function makesCode(value) {
  try {
    const made = value("return 6 * 7");
    return made === 42 || (typeof made === "function" && made() === 42);
  } catch {
    return false;
  }
}
