// SPDX-License-Identifier: MPL-2.0

/**
 * Reads a line of an instruction table:
 * `{name, group, mandatory, rexW, opcode, digit, plus, operands: [{kind, size, type}], options, fix, uses}`.
 */
export function parseTemplate(line, group) {
  const [name, encoding, operands, options = ""] = line.split("|").map((part) => part.trim());
  const t = {
    name,
    group,
    mandatory: 0,
    rexW: false,
    opcode: [],
    digit: -1,
    modrm: false,
    /** "r" or "i" when the opcode's low three bits hold a register. */
    plus: "",
    operands: [],
    options: new Set(),
    fix: "",
    uses: "",
  };
  const tokens = encoding.split(/\s+/);
  tokens.forEach((token, i) => {
    if (token === "REX.W") t.rexW = true;
    else if (token === "/r") t.modrm = true;
    else if (token.startsWith("/")) {
      t.modrm = true;
      t.digit = Number(token.slice(1));
    } else if (token.startsWith("+")) t.plus = token.slice(1);
    else {
      const byte = parseInt(token, 16);
      const isPrefix = byte === 0x66 || byte === 0xf2 || byte === 0xf3;
      if (isPrefix && i === 0 && tokens.length > 1) t.mandatory = byte;
      else t.opcode.push(byte);
    }
  });
  for (const text of operands.split(",").filter((x) => x !== "")) {
    const match = /^([A-Z])(\d*)(\w?)$/.exec(text);
    if (match === null) throw new Error(`${name}: operand ${text} is not understood`);
    const [, kind, bytes, letter] = match;
    t.operands.push({ kind, bytes: bytes === "" ? 0 : Number(bytes), letter });
  }
  for (const option of options.split(/\s+/).filter((x) => x !== "")) {
    if (option.startsWith("fix=")) t.fix = option.slice(4);
    else if (option.startsWith("uses=")) t.uses = option.slice(5);
    else t.options.add(option);
  }
  return t;
}

export const skipped = (t) => [...t.options].some((o) => o.startsWith("skip="));
