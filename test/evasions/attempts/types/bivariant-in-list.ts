// SPDX-License-Identifier: MPL-2.0

// A method that takes less, in an object of a list.

interface Sink {
  take(value: string | number): string;
}

export default (): unknown => {
  const narrow = { take: (value: string) => value.trim() };
  const sinks: readonly Sink[] = [narrow];
  return sinks.map((sink) => sink.take(5));
};
