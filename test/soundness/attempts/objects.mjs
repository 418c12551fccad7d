// SPDX-License-Identifier: MPL-2.0

// Values of kinds that nobody expects: buffers that shrink, go away or are shared, subclasses, proxies of
// handles, getters in options, numbers at the edges, texts without end.

import { demand } from "../violation.mjs";
import { ostd } from "../ostd.mjs";
import { LOAD, PAGE, RW, need } from "./scene.mjs";

/** Runs what OSTD may refuse. */
function dare(scene, ...actions) {
  for (const action of actions) {
    try {
      scene.keep(action());
    } catch (error) {
      scene.consider(error);
    }
  }
}

const EDGES = [
  -0,
  -1,
  NaN,
  Infinity,
  -Infinity,
  0.5,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  5e-324,
];

const inFrames = (scene, at) => {
  const frame = scene.frame();
  dare(
    scene,
    ...EDGES.flatMap((edge) => [
      () => frame.readU8(at(edge)),
      () => frame.readU32(at(edge)),
      () => frame.writeU32(at(edge), 0x67),
      () => frame.writeBytes(at(edge), new Uint8Array(64), 0, 64),
      () => frame.fill(0x67, at(edge), 64),
      () => frame.reader(at(edge), 64).readBytes(new Uint8Array(64)),
    ]),
  );
};

export const objects = {
  "offsets at the edges of numbers": (s) => inFrames(s, (edge) => edge),
  "offsets just below the edges": (s) => inFrames(s, (edge) => edge - 4),
  "offsets at the edges, in frames": (s) => inFrames(s, (edge) => edge % PAGE),
  "lengths at the edges of numbers": (s) => {
    const frame = s.frame();
    const bytes = new Uint8Array(64);
    dare(
      s,
      ...EDGES.flatMap((edge) => [
        () => frame.readBytes(0, bytes, 0, edge),
        () => frame.writeBytes(4090, bytes, 0, edge),
        () => frame.fill(1, 4090, edge),
        () => frame.reader(0, edge),
        () => frame.writer(4095, edge).fillZeros(edge),
        () => ostd.HeapBytes.alloc(edge),
        () => new ostd.FrameAllocOptions().allocSegment(edge),
        () => ostd.DmaStream.alloc(edge, "toDevice"),
        () => ostd.IoMem.acquire(0xd000_0000, edge),
      ]),
    );
  },
  "user addresses at the edges of numbers": (s) => {
    const space = s.space();
    dare(
      s,
      ...EDGES.flatMap((edge) => [
        () => space.mapZeroedPage(edge, RW),
        () => space.mapPage(edge * PAGE, s.frame(), RW),
        () => space.unmapRange(edge, edge + PAGE),
        () => space.unmapRange(0, edge),
        () => space.readU32(edge),
        () => space.writeBytes(edge, new Uint8Array(8), 0, 8),
        () => space.cursorMut(edge, PAGE),
        () => space.cursorMut(0, edge),
        () => space.protectRange(edge, 2 ** 47, 7, 0),
      ]),
    );
  },
  "flags at the edges of numbers": (s) => {
    const space = s.space();
    dare(
      s,
      ...EDGES.flatMap((edge) => [
        () => space.mapPage(PAGE, s.frame(), edge),
        () => space.protectPage(PAGE, edge),
        () => space.protectRange(0, 2 ** 40, edge, 0),
        () => space.protectRange(0, 2 ** 40, 0, edge),
        () => space.resolveCopyOnWrite(PAGE, edge),
        () => ostd.PageProperty.newUser(edge),
      ]),
    );
  },
  "an array whose buffer shrinks while it is filled": (s) => {
    const buffer = new ArrayBuffer(4 * PAGE, { maxByteLength: 4 * PAGE });
    s.onAsked = () => buffer.resize(8);
    dare(s, () => s.space().readBytes(3 * PAGE, new Uint8Array(buffer), 0, 4 * PAGE));
  },
  "an array whose buffer goes away while it is filled": (s) => {
    const bytes = new Uint8Array(4 * PAGE);
    s.onAsked = () => structuredClone(bytes, { transfer: [bytes.buffer] });
    dare(s, () => s.space().readBytes(3 * PAGE, bytes, 0, 4 * PAGE));
  },
  "an array whose buffer goes away while it is read": (s) => {
    const bytes = new Uint8Array(4 * PAGE).fill(9);
    s.onAsked = () => structuredClone(bytes, { transfer: [bytes.buffer] });
    dare(s, () => s.space().writeBytes(3 * PAGE, bytes, 0, 4 * PAGE));
  },
  "an array that is gone before": (s) => {
    const bytes = new Uint8Array(64);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    const frame = s.frame();
    dare(
      s,
      () => frame.readBytes(0, bytes, 0, 64),
      () => frame.writeBytes(0, bytes, 0, 0),
      () => ostd.VmReader.from(bytes, 0, 1),
      () => ostd.fillRandom(bytes),
      () => ostd.printBytes(bytes),
    );
  },
  "a reader whose array shrinks": (s) => {
    const buffer = new ArrayBuffer(64, { maxByteLength: 64 });
    const reader = ostd.VmReader.from(new Uint8Array(buffer));
    const writer = ostd.VmWriter.from(new Uint8Array(buffer));
    buffer.resize(0);
    const frame = s.frame();
    frame.fill(0x55);
    dare(
      s,
      () => frame.writer().write(reader),
      () => frame.reader().read(writer),
    );
  },
  "shared memory as an array": (s) => {
    const bytes = new Uint8Array(new SharedArrayBuffer(64));
    const frame = s.frame();
    dare(
      s,
      () => frame.readBytes(0, bytes, 0, 64),
      () => frame.writeBytes(0, bytes, 0, 64),
    );
  },
  "a heir of Uint8Array with a species": (s) => {
    let stolen;
    class Thief extends Uint8Array {
      static get [Symbol.species]() {
        return class extends Uint8Array {
          constructor(...given) {
            super(...given);
            stolen = this;
          }
        };
      }
      set(source) {
        stolen = source;
      }
      subarray(...given) {
        stolen = given;
        return super.subarray(...given);
      }
    }
    const [frame, bytes] = [s.frame(), new Thief(256)];
    dare(
      s,
      () => frame.readBytes(0, bytes, 0, 256),
      () => frame.writeBytes(0, bytes, 0, 256),
    );
    dare(
      s,
      () => frame.reader().readBytes(bytes),
      () => ostd.VmReader.from(bytes).read(frame.writer()),
    );
    demand(
      stolen?.buffer?.byteLength !== s.words.buffer.byteLength,
      "no view leaves",
      "RAM is stolen",
    );
  },
  "handles behind a proxy": (s) => {
    const [space, frame] = [s.space(), s.frame()];
    const proxy = new Proxy(frame, {});
    dare(
      s,
      () => proxy.paddr,
      () => space.mapPage(PAGE, proxy, RW),
      () => new ostd.FrameTable().set(0, proxy),
      () => new Proxy(space, {}).frameAt(PAGE),
      () =>
        ostd.DmaStream.map(
          new Proxy(need(new ostd.FrameAllocOptions().allocSegment(1)), {}),
          "toDevice",
        ),
    );
  },
  "handles by their prototypes": (s) => {
    const classes = Object.values(ostd).filter((one) => typeof one === "function" && one.prototype);
    const frame = s.frame();
    for (const one of classes) {
      const fake = Object.create(one.prototype);
      dare(
        s,
        () => s.space().mapPage(PAGE, fake, RW),
        () => frame.copyFrom(fake),
        () => new ostd.FrameTable().set(0, fake),
        () => ostd.requireGuard(fake),
        () => new ostd.UserMode(fake).execute(),
        () => new ostd.FrameList().pushBack(fake),
        () => frame.reader().read(fake),
      );
    }
  },
  "a handle of another class": (s) => {
    const given = [
      s.frame(),
      s.space(),
      need(ostd.HeapBytes.alloc(64)),
      new ostd.FrameTable(),
      5,
      null,
    ];
    for (const one of given) {
      for (const other of given) {
        dare(
          s,
          () => s.space().mapPage(PAGE, one, RW),
          () => Object.getPrototypeOf(one).drop.call(other),
          () => ostd.UFrame.prototype.readU32.call(one, 0),
          () => ostd.UFrame.prototype.copyFrom.call(one, other),
          () => ostd.VmSpace.prototype.copyOnWriteFrom.call(one, other, 0, 2 ** 40),
        );
      }
    }
  },
  "getters in options": (s) => {
    const calls = [];
    const options = (name) => ({
      get [name]() {
        calls.push(name);
        s.act();
        return calls.length % 2 === 0 ? "a" : 5;
      },
    });
    dare(
      s,
      () => new ostd.Mutex(1, options("name")).tryLock()?.drop(),
      () => new ostd.SpinLock(1, options("name")).lock().drop(),
      () => new ostd.Timer(options("onTimer")).set(ostd.monotonicNs() + 5),
      () => ostd.UniqueFrame.alloc(options("onDrop"))?.drop(),
      () => s.run(s.space(), LOAD, PAGE, options("hasKernelEvent")),
      () => need(s.space().cursorMut(PAGE, PAGE)).map(s.frame(), { flags: 7, ...options("cache") }),
    );
  },
  "texts without end": (s) => {
    const text = "x".repeat(2 ** 22);
    dare(
      s,
      () => ostd.println(text),
      () => ostd.earlyPrint(text),
      () => ostd.printBytes(text),
      () => new ostd.Logger(text).error(text),
      () => ostd.parseEarlyCommandLine(text),
      () => new ostd.Mutex(1, { name: text }).tryLock()?.drop(),
    );
  },
  "heirs of OSTD's classes": (s) => {
    class Heir extends ostd.FrameTable {
      get(index) {
        return super.get(index);
      }
      drop() {
        s.act();
        super.drop();
      }
    }
    class List extends ostd.FrameList {
      popFront() {
        return { drop() {} };
      }
    }
    const [table, list] = [new Heir(), new List()];
    table.set(0, s.frame());
    list.pushBack(need(ostd.UniqueFrame.alloc({})));
    dare(
      s,
      () => table[Symbol.dispose](),
      () => list.drop(),
    );
    dare(
      s,
      () => class extends ostd.UFrame {},
      () => new (class extends ostd.VmSpace {})(),
    );
  },
  "constructors called by hand": (s) => {
    for (const one of Object.values(ostd)) {
      if (typeof one !== "function" || one.prototype === undefined) continue;
      dare(s, () => Reflect.construct(one, [undefined, undefined, 5, 0, 7, 1]));
      dare(s, () => Reflect.construct(one, [{}, {}, 5, 0, 7, 1], ostd.UFrame));
    }
  },
  "statics that only OSTD calls": (s) => {
    const given = [s.frame(), s.space(), need(new ostd.FrameAllocOptions().allocSegment(2))];
    for (const one of Object.values(ostd)) {
      if (typeof one !== "function") continue;
      for (const name of Object.getOwnPropertyNames(one)) {
        if (typeof one[name] !== "function") continue;
        for (const handle of given) {
          dare(
            s,
            () => one[name](handle, 1, 2, 3),
            () => one[name]({}, handle, 1, 2),
          );
        }
      }
    }
  },
  "a generator of frames kept past its segment": (s) => {
    const segment = need(new ostd.FrameAllocOptions().allocSegment(3));
    const frames = segment.frames();
    s.keep(frames.next().value);
    segment.drop();
    dare(
      s,
      () => frames.next().value,
      () => frames.return?.(),
      () => frames.throw?.(new Error("mine")),
    );
  },
  "a generator of metadata kept past its list": (s) => {
    const list = new ostd.FrameList();
    for (let i = 0; i < 3; i++) list.pushBack(need(ostd.UniqueFrame.alloc({})));
    const metas = list.metas();
    metas.next();
    list.popFront()?.drop();
    dare(
      s,
      () => metas.next(),
      () => list.drop(),
      () => metas.next(),
    );
  },
  "places of a frame table while it changes": (s) => {
    const table = new ostd.FrameTable();
    for (let i = 0; i < 5; i++) table.set(i * 300, s.frame());
    for (const index of table.indexes()) {
      dare(
        s,
        () => table.truncate(0),
        () => table.set(index, s.frame()),
      );
      if (table.count > 3) break;
    }
    table.drop();
  },
  "memory that is out": (s) => {
    const taken = [];
    for (;;) {
      const frame = new ostd.FrameAllocOptions().allocFrame();
      if (frame === undefined) break;
      taken.push(frame);
    }
    const space = s.objects.find((one) => one instanceof ostd.VmSpace);
    dare(
      s,
      () => ostd.VmSpace.create(),
      () => space?.mapZeroedPage(2 ** 45, RW),
      () => space?.resolveCopyOnWrite(PAGE, RW),
      () => ostd.DmaCoherent.alloc(1),
      () => ostd.DmaStream.map(need(undefined), "toDevice"),
      () => ostd.HeapBytes.alloc(5000),
      () => ostd.Slab.alloc(64),
      () => ostd.UniqueFrame.alloc({}),
      () => ostd.IrqLine.allocMessage(8),
    );
    for (const frame of taken) frame.drop();
  },
  "a fork when memory ends in the middle": (s) => {
    const parent = s.space();
    for (let i = 1; i < 12; i++) parent.mapZeroedPage(i * 2 ** 30, RW);
    for (let left = 0; left < 12; left++) {
      const child = need(ostd.VmSpace.create());
      s.keep(child);
      const taken = [];
      while (s.allocator.free.size > left)
        taken.push(need(new ostd.FrameAllocOptions().allocFrame()));
      dare(s, () => child.copyOnWriteFrom(parent, 0, 2 ** 40));
      for (const frame of taken) frame.drop();
      s.takeFree();
      s.check();
      child.drop();
    }
  },
};
