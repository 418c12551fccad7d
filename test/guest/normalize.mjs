// SPDX-License-Identifier: MPL-2.0
//
// The one place where output may differ from the recording. Each rule needs a reason that holds on any
// Linux; prefer to change the script so that it prints only what is the same everywhere.

/** @type {{reason: string, pattern: RegExp, replacement: string}[]} */
export const RULES = [];

/**
 * Applied to both sides of every comparison. Text is latin1: one character per byte.
 * @param {string} text
 * @returns {string}
 */
export function normalize(text) {
  return RULES.reduce((result, rule) => result.replace(rule.pattern, rule.replacement), text);
}
