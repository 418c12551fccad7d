// SPDX-License-Identifier: MPL-2.0

// A method that takes less, in an object that a generator gives.

interface Sink {
  take(value: string | number): string;
}
function* sinks(): Generator<Sink, void, unknown> {
  const narrow = { take: (value: string) => value.trim() };
  yield narrow;
}

export default (): unknown => [...sinks()].map((sink) => sink.take(5));
