// SPDX-License-Identifier: MPL-2.0

// An element of a list that is deleted.

export default (): unknown => {
  const numbers = [1, 2];
  delete numbers[0];
  return numbers.map((n) => n.toFixed()).join() + [...numbers].map((n) => n.toFixed()).join();
};
