// SPDX-License-Identifier: MPL-2.0

export { ByteWriter } from "./byte-writer.ts";
export { FORBIDDEN, compilationRefusal, engine } from "./engine.ts";
export type { WasmImports, WasmInstance, WasmMemory, WasmModule } from "./engine.ts";
export { FunctionBuilder, helper } from "./function-builder.ts";
export type { Helper, Label, ModuleContext } from "./function-builder.ts";
export { Late } from "./late.ts";
export type { Offset } from "./late.ts";
export { ModuleBuilder } from "./module-builder.ts";
export type { FunctionRef } from "./module-builder.ts";

export type { ValueType } from "./opcodes.ts";
export { SECTION, Sections, TypeSection } from "./sections.ts";
export { apply, lateI64, select, shuffle, v128, v128of } from "./expressions.ts";
export { Local, Value, f32, f64, i32, i64 } from "./value.ts";
export type { Operand } from "./value.ts";
