// SPDX-License-Identifier: MPL-2.0

// A built-in error that is not on the list.

export default (): unknown => new AggregateError([]);
