// SPDX-License-Identifier: MPL-2.0
// Added to the engine's quickjs.c (src/build/engine-changes.ts), where it compiles: whether a use
// of a variable must look whether it was initialized (`let x`, before it). Code that comes after
// the initialization, in a function that does not share the variable with an inner one, need not:
// nothing jumps over a declaration but a `switch`, whose other cases then read undefined.

static int needs_check(JSVarDef *variable)
{
    if (!variable->is_lexical || (variable->is_initialized && !variable->is_captured))
        return FALSE;
    variable->is_checked = TRUE;
    return TRUE;
}
