// SPDX-License-Identifier: MPL-2.0

// A promise of one's own, which OSTD does not schedule.

export default (): unknown =>
  new Promise((resolve) => {
    resolve(1);
  });
