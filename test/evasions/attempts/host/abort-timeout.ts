// SPDX-License-Identifier: MPL-2.0

// A timer, by a signal that aborts.

export default (): unknown => AbortSignal.timeout(1);
