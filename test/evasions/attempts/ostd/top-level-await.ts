// SPDX-License-Identifier: MPL-2.0

// `await` at module level.

await undefined;

export default (): unknown => 0;
