// SPDX-License-Identifier: MPL-2.0

// `any` as the reason of a rejection.

export default (): Promise<unknown> =>
  Promise.reject("text").catch((reason) => {
    const x: number = reason;
    return x;
  });
