// SPDX-License-Identifier: MPL-2.0

// Parameters, by the list of all arguments.

export default function attempt(..._given: readonly number[]): unknown {
  arguments[0] = 1;
  return arguments[0];
}
