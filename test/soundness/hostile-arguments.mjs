// SPDX-License-Identifier: MPL-2.0

// What may stand where OSTD's types have a number, bytes, a text, a handle or a callback.

const PAGE = 4096;

const NUMBERS = [
  ...[0, -0, 1, 2, 3, 7, 8, 16, 63, 64, 255, 256, 4095, 4096, 4097, 8192, 0x20_0000],
  ...[-1, -4096, 0.5, 4095.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 47],
  ...[2 ** 47 - PAGE, 2 ** 48, 2 ** 53, 1e300, 0x67, 0xffff_ffff],
];

/** What numbers of these names mostly are. */
const HONEST = [
  [/^(?:address|start|targetAddress|virtAddr)$/u, [0, PAGE, 2 * PAGE, 2 * PAGE + 8, 3 * PAGE - 2]],
  [/^end$/u, [PAGE, 4 * PAGE, 2 ** 47]],
  [/^(?:length|limit|size|max)$/u, [1, 8, 16, 64, PAGE, 2 * PAGE]],
  [/offset$/iu, [0, 4, 8, 16, 4088]],
  [/^(?:flags|set|clear)$/u, [0, 1, 3, 7]],
  [/^(?:index|first|count|frameCount)$/u, [0, 1, 2, 3]],
  [/^(?:value|low|high|expected|desired)$/u, [0, 1, 0x67, 0xffff_ffff]],
];

function number(random) {
  return random.oneIn(2) ? random.below(16) * PAGE : random.pick(NUMBERS);
}

function honestNumber(random, name) {
  const [, choices] = HONEST.find(([pattern]) => pattern.test(name)) ?? [];
  return choices === undefined ? number(random) : random.pick(choices);
}

/** A number that does something, or is another one, when it is asked. It begins as a right one. */
function changeling(world, name = "") {
  const { random } = world;
  const first = honestNumber(random, name);
  const next = random.oneIn(2) ? first : honestNumber(random, name);
  const values = [first, next, random.oneIn(2) ? first : number(random)];
  const actsAt = random.pick([0, 0, 0, 1, 2, 3]);
  let asked = 0;
  return {
    [random.pick(["valueOf", "toString", Symbol.toPrimitive])]: () => {
      if (asked === actsAt) world.act();
      const value = values[Math.min(asked, 2)];
      asked += 1;
      return value;
    },
  };
}

function bytes(world) {
  const { random } = world;
  const plain = new Uint8Array(random.pick([0, 1, 8, 32, 64, 512, 4096, 8192])).fill(0x67);
  world.arrays.push(plain);
  switch (random.below(8)) {
    case 0: {
      const member = random.pick(["buffer", "buffer", "byteOffset", "length", "subarray", "set"]);
      const honest = plain[member];
      return Object.defineProperty(plain, member, {
        get: () => {
          world.act();
          return honest;
        },
      });
    }
    case 1:
      return new Proxy(plain, {
        get: (target, key) => {
          world.act();
          return target[key];
        },
        set: (target, key, value) => {
          world.act();
          target[key] = value;
          return true;
        },
      });
    case 2: {
      const view = new DataView(plain.buffer);
      for (let i = 0; i < 40; i++) {
        Object.defineProperty(view, i, { get: () => world.act() ?? 0x67, set: () => world.act() });
      }
      Object.defineProperty(view, "length", { value: 4096 });
      return Object.setPrototypeOf(view, Uint8Array.prototype);
    }
    case 3: {
      const buffer = new ArrayBuffer(4096, { maxByteLength: 8192 });
      const view = new Uint8Array(buffer);
      world.arrays.push(view);
      const original = world.act.bind(world);
      if (random.oneIn(2)) queueShrink(world, original, buffer);
      return view;
    }
    case 4:
      return random.pick([
        [1, 2, 3],
        new Float64Array(64),
        new DataView(plain.buffer),
        { length: 64 },
      ]);
    default:
      return plain;
  }
}

/** The next time that the kernel's code runs in the middle of a call, the array shrinks. */
function queueShrink(world, original, buffer) {
  world.act = () => {
    buffer.resize(8);
    world.act = original;
    original();
  };
}

function callback(world) {
  const { random } = world;
  return (...given) => {
    if (random.oneIn(3)) world.act();
    if (random.oneIn(8)) throw new Error("from a callback");
    return random.pick([given[0], number(random), changeling(world), true, undefined]);
  };
}

function anything(world) {
  const { random } = world;
  return random.pick([
    ...[undefined, null, true, {}, "5", "4095", "0x1000", 7n, number(random)],
    ...[random.pick(world.objects), callback(world), changeling(world)],
  ]);
}

const TEXTS = {
  DmaDirection: ["toDevice", "fromDevice", "bidirectional"],
  CachePolicy: ["Writeback", "Uncacheable"],
  boolean: [true, false],
};

/** An argument for a parameter: mostly of its type, now and then something that passes for it. */
export function argumentFor(world, { name, type }) {
  const { random } = world;
  if (random.oneIn(20)) return anything(world);
  if (type === "number") {
    if (random.oneIn(8)) return String(honestNumber(random, name));
    if (random.oneIn(8)) return number(random);
    return random.oneIn(3) ? changeling(world, name) : honestNumber(random, name);
  }
  if (type === "Uint8Array") return bytes(world);
  if (type.includes("=>")) return callback(world);
  if (type in TEXTS) return random.pick(TEXTS[type]);
  if (type === "PageProperty" && random.oneIn(2)) {
    return { flags: changeling(world, "flags"), cache: "Writeback" };
  }
  const [wanted] = type.split("<");
  const known = world.objects.filter((object) => isA(object, wanted));
  return known.length > 0 ? random.pick(known) : anything(world);
}

function isA(object, name) {
  for (let at = Object.getPrototypeOf(object); at !== null; at = Object.getPrototypeOf(at)) {
    if (at.constructor.name === name) return true;
  }
  return false;
}
