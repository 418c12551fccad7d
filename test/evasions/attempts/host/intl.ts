// SPDX-License-Identifier: MPL-2.0

// The host's locale and time zone.

export default function attempt(): unknown {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
