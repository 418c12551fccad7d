// SPDX-License-Identifier: MPL-2.0

#ifndef ASTER_INTRINSICS_H
#define ASTER_INTRINSICS_H

#include "quickjs.h"

// Adds the global object `native`.
void intrinsics_add(JSContext *ctx);

#endif
