// SPDX-License-Identifier: MPL-2.0

/** What the caller typed cannot be meant: told without a stack, with exit code 2. */
export class UsageError extends Error {}
