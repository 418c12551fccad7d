// SPDX-License-Identifier: MPL-2.0

// `__proto__` out of JSON, assigned over.

export default function attempt(): unknown {
  const parsed: unknown = JSON.parse('{"__proto__": {"stolen": 1}}');
  return Object.assign({}, parsed);
}
