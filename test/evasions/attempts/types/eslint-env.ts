// SPDX-License-Identifier: MPL-2.0

// The linter told of another world.

/* eslint-env node */
export default (): unknown => process.pid;
