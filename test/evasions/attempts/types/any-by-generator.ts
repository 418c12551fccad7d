// SPDX-License-Identifier: MPL-2.0

// `any` from what a generator ends with.

function* count() {
  yield 1;
}
export default (): unknown => {
  const { value } = count().return(undefined as never);
  return value.power;
};
