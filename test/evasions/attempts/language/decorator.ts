// SPDX-License-Identifier: MPL-2.0

// A decorator, which is a call that the text hides.

const decorate = (value: unknown, _context: unknown): unknown => value as never;

@decorate
class Decorated {}

export default (): unknown => Decorated.name;
