// SPDX-License-Identifier: MPL-2.0

// A method that takes less, in a member of an object.

interface Sink {
  take(value: string | number): string;
}

export default (): unknown => {
  const narrow = { take: (value: string) => value.trim() };
  const holder: { readonly sink: Sink } = { sink: narrow };
  return holder.sink.take(5);
};
