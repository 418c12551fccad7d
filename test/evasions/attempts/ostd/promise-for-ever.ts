// SPDX-License-Identifier: MPL-2.0

// A promise that nobody settles: the systems beside this one would wait for their turn for ever.

export default (): unknown => new Promise(() => undefined);
