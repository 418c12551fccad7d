// SPDX-License-Identifier: MPL-2.0

// `module.exports`.

export default (): unknown => module;
