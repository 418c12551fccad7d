// SPDX-License-Identifier: MPL-2.0

// A channel to other threads of the host.

export default (): unknown => new BroadcastChannel("aster");
