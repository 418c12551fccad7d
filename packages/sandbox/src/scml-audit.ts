// SPDX-License-Identifier: MPL-2.0

import { scmlOf, SYSCALLS } from "@aster/kernel";
import {
  Analyzer,
  check,
  type LineScanner,
  type Report,
  reportOf,
  RuleSet,
  type TracePlace,
  TraceReader,
  type TraceSink,
  type UnsupportedCall,
} from "@aster/scml";

/** The kernel's own rules, made from its declarations of system calls. */
export function kernelRules(): RuleSet {
  return new RuleSet([check(scmlOf(SYSCALLS), "docs/kernel.scml").program], "kernel");
}

/** What the trace of a guest says about the rules of its kernel. */
export interface AuditReport extends Report {
  /** Calls that the first rule set supports and the kernel answered with ENOSYS. */
  readonly contradictions: readonly string[];
}

/** Contradictions that are kept. */
const MAX_CONTRADICTIONS = 100;

/**
 * Matches the trace of a running guest with rules, outside the kernel, call by call: what the
 * kernel does against what it says that it does.
 */
export class ScmlAudit implements TraceSink {
  private readonly analyzer: Analyzer;
  private readonly reader: TraceReader;
  private readonly name: string;
  private readonly firstSet: string;
  private readonly contradictions: string[] = [];
  private isOutside = false;

  /** `onOutside` hears of each call that no rule matches. `name` is of the trace, for reports. */
  constructor(
    ruleSets: readonly RuleSet[],
    onOutside: (call: UnsupportedCall) => void,
    name = "guest",
  ) {
    this.firstSet = ruleSets[0]?.name ?? "";
    this.analyzer = new Analyzer(ruleSets, (call) => {
      if (call.rules === this.firstSet) this.isOutside = true;
      onOutside(call);
    });
    this.reader = new TraceReader(this, name);
    this.name = name;
  }

  /** Takes the next bytes of the kernel's trace (`onStrace`). */
  readonly write = (bytes: Uint8Array): void => {
    this.reader.write(Buffer.from(bytes).toString("latin1"));
  };

  /** The guest has ended: what was seen. */
  finish(): AuditReport {
    this.analyzer.finish(this.reader);
    return { ...reportOf(this.analyzer, [this.name]), contradictions: this.contradictions };
  }

  call(scanner: LineScanner, place: TracePlace, incomplete: boolean): void {
    this.isOutside = false;
    const isMissing = !incomplete && scanner.failed && / = -1 ENOSYS /.test(place.text);
    this.analyzer.call(scanner, place, incomplete);
    if (isMissing && !this.isOutside && this.contradictions.length < MAX_CONTRADICTIONS) {
      this.contradictions.push(place.text);
    }
  }

  unreadable(place: TracePlace, column: number, problem: string): void {
    this.analyzer.unreadable(place, column, problem);
  }
}
