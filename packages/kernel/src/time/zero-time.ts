// SPDX-License-Identifier: MPL-2.0

/**
 * What a field begins with that counts nanoseconds or microseconds. V8 keeps small integers and other numbers in different ways,
 * and where a field goes over from one to the other, as at 2^31 nanoseconds after power-on, it compiles all code anew that
 * knows of the object. Minus zero is no small integer.
 */
export const ZERO_TIME: number = -0;
