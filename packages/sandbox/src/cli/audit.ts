// SPDX-License-Identifier: MPL-2.0

import { closeSync, openSync, writeSync } from "node:fs";
import { textReport, type UnsupportedCall } from "@aster/scml";
import { loadRules } from "@aster/scml/node";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";
import { kernelRules, ScmlAudit } from "../scml-audit.ts";
import { complain } from "./failure.ts";
import type { RunOptions } from "./options.ts";

/** Longest text of a call that is shown. */
const SHOWN_LENGTH = 200;

export interface AuditOutput {
  readonly write: (bytes: Uint8Array) => void;
  /** Prints the report. */
  readonly close: () => void;
}

/** What `--scml-audit` asks for: calls outside the rules as they come, and a report at the end. */
export function openAudit({ scmlAudit, scml = [] }: RunOptions): AuditOutput | undefined {
  if (scmlAudit === undefined) {
    if (scml.length === 0) return undefined;
    throw new SandboxError("bad-option", "--scml: give --scml-audit too, which matches with it");
  }
  const sets = [kernelRules(), ...scml.map(rulesAt)];
  const fd = scmlAudit === true ? undefined : openFile(scmlAudit);
  const say = (text: string): void => {
    if (fd === undefined) complain(text);
    else writeSync(fd, text);
  };
  const audit = new ScmlAudit(sets, (call) => say(findingText(call, sets.length > 1)));
  return {
    write: audit.write,
    close: () => {
      const report = audit.finish();
      for (const text of report.contradictions) {
        say(`scml-audit: the rules have a call that the kernel has not: ${text}\n`);
      }
      say(textReport(report));
      if (fd !== undefined) closeSync(fd);
    },
  };
}

function rulesAt(path: string): ReturnType<typeof loadRules> {
  try {
    return loadRules([path], path);
  } catch (error) {
    throw new SandboxError("bad-option", `--scml ${path}: ${describe(error)}`);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw new SandboxError("bad-option", `--scml-audit=${path}: ${describe(error)}`);
  }
}

function findingText({ rules, gap, text }: UnsupportedCall, hasSeveral: boolean): string {
  const call = text.replace(/ {2,}= /, " = ");
  const shown = call.length > SHOWN_LENGTH ? `${call.slice(0, SHOWN_LENGTH)}…` : call;
  const set = hasSeveral ? ` of ${rules}` : "";
  return `scml-audit: outside the rules${set}: ${shown} (${gap.cause.text})\n`;
}
