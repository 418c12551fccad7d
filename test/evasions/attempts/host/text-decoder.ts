// SPDX-License-Identifier: MPL-2.0

// The host's coders of text.

export default function attempt(): unknown {
  return new TextDecoder();
}
