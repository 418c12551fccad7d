// SPDX-License-Identifier: MPL-2.0

// A class whose constructor takes less than the type of its place says.

class Text {
  readonly length: number;
  constructor(text: string) {
    this.length = text.trim().length;
  }
}

export default (): unknown => {
  const make: new (text: string | number) => Text = Text;
  return new make(5);
};
