// SPDX-License-Identifier: MPL-2.0

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
]);

/** Bytes between double quotes with strace's escapes: octal for what can not be printed. */
export function quoteBytes(bytes: Uint8Array): string {
  let text = '"';
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    const escape = ESCAPES.get(byte);
    if (escape !== undefined) text += escape;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${octal(byte, bytes[index + 1])}`;
  }
  return `${text}"`;
}

/** As short as possible, but three digits where a digit follows. */
function octal(byte: number, next: number | undefined): string {
  const digits = byte.toString(8);
  const isDigitNext = next !== undefined && next >= 0x30 && next <= 0x37;
  return isDigitNext ? digits.padStart(3, "0") : digits;
}

/** A byte string, one character per byte. */
export function quoteString(text: string): string {
  return quoteBytes(Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff));
}
