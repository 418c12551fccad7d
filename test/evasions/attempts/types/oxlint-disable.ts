// SPDX-License-Identifier: MPL-2.0

// Another linter's comment.

// oxlint-disable
export default (): unknown => eval("1");
