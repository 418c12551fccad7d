// SPDX-License-Identifier: MPL-2.0

// An object with a method `then`: `await` calls it with functions of the engine's.

export default async (): Promise<unknown> => {
  const thenable = {
    then(resolve: (value: unknown) => void): void {
      resolve((resolve as unknown as { constructor: (text: string) => unknown }).constructor);
    },
  };
  return await thenable;
};
