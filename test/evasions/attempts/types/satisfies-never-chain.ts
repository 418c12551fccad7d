// SPDX-License-Identifier: MPL-2.0

// A chain of claims, each of which holds alone.

const made = { power: 1 } satisfies object as unknown as { call(): string };
export default (): unknown => made.call();
