// SPDX-License-Identifier: MPL-2.0
//
// What the traces of many guests say about the kernel's rules. A call outside the rules that the
// kernel refused proves them; one that succeeded, and one inside them that the kernel has not, does not.

export class AuditSum {
  #calls = 0;
  #outside = 0;
  #unreadable = 0;
  /** @type {Map<string, {text: string, count: number}>} */
  #wrong = new Map();

  /** @param {string} name of the case @param {import("@aster/sandbox/scml-audit").AuditReport} report */
  add(name, report) {
    const { summary, gaps, contradictions, unreadable } = report;
    this.#calls += summary.calls;
    this.#outside += summary.unsupported;
    this.#unreadable += summary.unreadable;
    for (const { text, message } of unreadable)
      this.#complain(`unreadable: ${message}`, name, text);
    for (const { call, cause, count, failed, first } of gaps) {
      if (count > failed) this.#complain(`${call}: ${cause}, and it succeeded`, name, first.text);
    }
    for (const text of contradictions) {
      this.#complain(
        `${text.replace(/\(.*/s, "")}: in the rules, and not in the kernel`,
        name,
        text,
      );
    }
  }

  /** @param {string} what @param {string} name @param {string} text */
  #complain(what, name, text) {
    const known = this.#wrong.get(what);
    if (known !== undefined) known.count++;
    else this.#wrong.set(what, { text: `${name}: ${text.slice(0, 200)}`, count: 1 });
  }

  get isProven() {
    return this.#wrong.size === 0;
  }

  text() {
    const wrong = [...this.#wrong].map(
      ([what, { text, count }]) => `docs/kernel.scml: ${what} (${count} times)\n    ${text}\n`,
    );
    return (
      `${wrong.join("")}docs/kernel.scml: ${this.#calls} calls audited, ` +
      `${this.#outside} outside the rules, ${this.#wrong.size} kinds of contradiction\n`
    );
  }
}
