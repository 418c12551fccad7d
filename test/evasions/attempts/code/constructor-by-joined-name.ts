// SPDX-License-Identifier: MPL-2.0

// The maker of functions, by a name put together.

export default (): unknown => Object.entries(Object)[0]?.[["con", "structor"].join("") as "0"];
