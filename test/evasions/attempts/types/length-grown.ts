// SPDX-License-Identifier: MPL-2.0

// A list whose length is set.

export default (): unknown => {
  const numbers = [1];
  numbers.length = 3;
  return [...numbers].map((n) => n.toFixed());
};
