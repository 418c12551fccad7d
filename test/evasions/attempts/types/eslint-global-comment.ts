// SPDX-License-Identifier: MPL-2.0

// A global declared by a comment.

/* global process */
export default (): unknown => process;
