// SPDX-License-Identifier: MPL-2.0

#ifndef ASTER_INTRINSICS_H
#define ASTER_INTRINSICS_H

#include "../engine/compartment.h"

// The image's scripts, as bytecode: OSTD's, and the kernel's (of no bytes where there is none).
extern const uint8_t program_start[], program_end[], kernel_start[], kernel_end[];

// Adds the global object `native`.
void intrinsics_add(JSContext *ctx);

#endif
