// SPDX-License-Identifier: MPL-2.0
// Added to the engine's quickjs.c (src/build/engine-changes.ts), for compiled.h.

// A shape's number is its alone, and another after each change of the shape. Counts, and how often
// an object that is a prototype got, lost or changed a property.
extern uint64_t last_shape, prototype_changes;

// Functions of the script that the image has code for, in the order of their numbers; the last
// entry has none. A constructor gets `new.target` too.
typedef JSValue Compiled(JSContext *caller, struct JSObject *function, JSValueConst self, int argc,
                         JSValue *argv);
typedef JSValue CompiledConstructor(JSContext *caller, struct JSObject *function, JSValueConst self,
                                    int argc, JSValue *argv, JSValueConst new_target);
struct compiled_entry {
  uint32_t function;
  Compiled *compiled;
  CompiledConstructor *constructor;
};
extern const struct compiled_entry compiled_entries[];
