// SPDX-License-Identifier: MPL-2.0

// What the module knows of its own place.

export default (): unknown => import.meta.url;
