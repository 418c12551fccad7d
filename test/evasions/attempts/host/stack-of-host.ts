// SPDX-License-Identifier: MPL-2.0

// Places of the host, by the trace of an error.

export default (): unknown => {
  Error.captureStackTrace({}, attemptAtStack);
  return undefined;
};

function attemptAtStack(): void {}
