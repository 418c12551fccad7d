// SPDX-License-Identifier: MPL-2.0

// An import whose bracket stands behind a comment.

export default (): unknown => import(/* not here */ "node:fs");
