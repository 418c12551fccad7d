// SPDX-License-Identifier: MPL-2.0

import type { Severity } from "../syntax/diagnostic.ts";

/** Every code that a diagnostic can have; docs/scml/CODE.md explains it with an example. */
export const CODES: Readonly<
  Record<string, { readonly severity: Severity; readonly title: string }>
> = {
  SCML001: { severity: "error", title: "A character that begins no token" },
  SCML002: { severity: "error", title: "A block comment without an end" },
  SCML003: { severity: "error", title: "Something else was expected" },
  SCML004: { severity: "error", title: "A rule without its semicolon" },
  SCML005: { severity: "error", title: "A string without its closing quote" },
  SCML006: { severity: "error", title: "A number that is none" },
  SCML007: { severity: "error", title: "Structs and arrays nested too deeply" },
  SCML010: { severity: "error", title: "A name that is not defined in the file" },
  SCML011: { severity: "error", title: "A name that is defined twice" },
  SCML012: { severity: "error", title: "A definition that leads to itself" },
  SCML013: { severity: "error", title: "A chain of too many definitions" },
  SCML101: { severity: "warning", title: "A system call that Linux does not have" },
  SCML102: { severity: "warning", title: "A system call that the architecture does not have" },
  SCML103: { severity: "warning", title: "A number of arguments that the call does not take" },
  SCML104: { severity: "warning", title: "A definition that no rule uses" },
  SCML105: { severity: "warning", title: "A rule that says the same as another" },
  SCML106: { severity: "warning", title: "A rule that another one covers" },
  SCML107: { severity: "warning", title: "A pattern that matches nothing" },
  SCML108: { severity: "warning", title: "A flag that the argument does not have" },
  SCML109: { severity: "warning", title: "A flag that is listed twice" },
  SCML110: { severity: "warning", title: "A field that is listed twice" },
  SCML111: { severity: "warning", title: "Two arguments of one name" },
  SCML112: { severity: "warning", title: "A sub-tree that does not begin with a slash" },
};
