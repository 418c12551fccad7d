// SPDX-License-Identifier: MPL-2.0

// The host's own events.

export default (): unknown => new EventTarget();
