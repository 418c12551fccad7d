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

/** The host's WebAssembly. */
export const engine: WasmEngine = (globalThis as unknown as { WebAssembly: WasmEngine })
  .WebAssembly;
