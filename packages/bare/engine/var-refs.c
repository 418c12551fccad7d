// SPDX-License-Identifier: MPL-2.0
// The engine looks for a variable that is captured already in a list of all that are, of the frame. The
// function around a whole program has thousands, and a closure for each of the program's functions: a
// third of the instructions of a boot was spent on that list. One frame at a time with many
// variables has a table instead, as long as one of them is captured.

#define WIDE_FRAME 256

static struct {
    JSStackFrame *frame;
    // By the variable's index: what is in the frame's list.
    JSVarRef **refs;
    uint32_t length, count;
} wide;

static void wide_end(JSRuntime *rt)
{
    js_free_rt(rt, wide.refs);
    wide.frame = NULL;
    wide.length = 0;
}

// Where the table has the variable; NULL where the list has to be searched.
static JSVarRef **wide_var_ref(JSRuntime *rt, JSStackFrame *sf, int var_idx, int is_arg)
{
    if (is_arg)
        return NULL;
    // Memory was out when the first was captured.
    if (wide.frame && wide.count == 0)
        wide_end(rt);
    if (sf == wide.frame)
        return &wide.refs[var_idx];
    if (wide.frame || !list_empty(&sf->var_ref_list))
        return NULL;
    JSObject *function = JS_VALUE_GET_OBJ(sf->cur_func);
    if (!js_class_has_bytecode(function->class_id))
        return NULL;
    uint32_t length = function->u.func.function_bytecode->var_count;
    JSVarRef **refs = length < WIDE_FRAME ? NULL : js_malloc_rt(rt, length * sizeof *refs);
    if (!refs)
        return NULL;
    memset(refs, 0, length * sizeof *refs);
    wide.frame = sf;
    wide.refs = refs;
    wide.length = length;
    wide.count = 0;
    return &wide.refs[var_idx];
}

// A captured variable leaves its frame's list.
static void wide_remove(JSRuntime *rt, JSVarRef *var_ref)
{
    uint32_t index = var_ref->var_idx;
    if (var_ref->is_arg || index >= wide.length || wide.refs[index] != var_ref)
        return;
    wide.refs[index] = NULL;
    if (--wide.count == 0)
        wide_end(rt);
}
