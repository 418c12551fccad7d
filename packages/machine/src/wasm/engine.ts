// SPDX-License-Identifier: MPL-2.0

/**
 * The part of the JavaScript API of WebAssembly that this package uses. Declared here because
 * neither the ES library nor Node's types have it, and the DOM library would bring a browser in.
 */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export interface WasmModule {
  readonly _wasmModule?: never;
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

export type WasmImports = Record<string, Record<string, unknown>>;

interface WasmEngine {
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: WasmImports) => WasmInstance;
  validate(bytes: Uint8Array): boolean;
}

const present = (globalThis as { readonly WebAssembly?: WasmEngine }).WebAssembly;

/** The host's WebAssembly. */
export const engine: WasmEngine =
  present ??
  // A host without any, such as `node --jitless`, may still load this module.
  new Proxy({} as WasmEngine, {
    get: () => {
      throw new Error("this host has no WebAssembly, which the built-in machine is made of");
    },
  });

/** What a host says in which there is WebAssembly, but nothing can be compiled. */
export const FORBIDDEN: string = "this place forbids compiling WebAssembly at run time";

/** A module without anything in it. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Why the host compiles no WebAssembly (a page's content security policy, an embedder's rule); undefined where it does. */
export function compilationRefusal(): string | undefined {
  try {
    void new engine.Module(EMPTY_MODULE);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
