// SPDX-License-Identifier: MPL-2.0

// The engine's own errors, and what they name as their cause.

export default (): unknown => {
  const found: unknown[] = [];
  for (const attempt of [
    () => new Array(-1),
    () => decodeURIComponent("%"),
    () => "x".repeat(-1),
  ]) {
    try {
      attempt();
    } catch (error) {
      found.push(error instanceof Error ? Object.getPrototypeOf(error) : error);
    }
  }
  return found;
};
