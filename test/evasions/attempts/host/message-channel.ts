// SPDX-License-Identifier: MPL-2.0

// A channel of the host, which runs tasks of its own.

export default (): unknown => new MessageChannel().port1;
