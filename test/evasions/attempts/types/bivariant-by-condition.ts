// SPDX-License-Identifier: MPL-2.0

// A method that takes less, chosen by a condition.

interface Sink {
  take(value: string | number): string;
}

export const pick = (narrow: { take(value: string): string }, other: Sink | undefined): unknown => {
  const sink: Sink = other ?? narrow;
  return sink.take(5);
};

export default (): unknown => pick({ take: (value: string) => value.trim() }, undefined);
