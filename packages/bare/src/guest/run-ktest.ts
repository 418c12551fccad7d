// SPDX-License-Identifier: MPL-2.0

import * as ostd from "@aster/ostd";
import { main, poweroff } from "@aster/ostd";
import { bootKernel, takeKtests } from "@aster/ostd/boot";
import * as ostdKtest from "@aster/ostd/ktest";
import { BareHardware } from "./bare-hardware.ts";
import { evaluateKernel } from "./compartment.ts";
import { fail } from "./fail.ts";
import { takeNative, type Native } from "./native.ts";

/** What became of a kernel-mode test: one line of JSON for the host. */
export interface KtestReport {
  readonly hasReturned: boolean;
  readonly panic?: { readonly message: string; readonly stack: string };
  /** What the system powered off with. */
  readonly code: number;
}

/** isa-debugcon: what is written here the host reads, apart from the console. */
const REPORT_PORT = 0xe9;
const LINE_FEED = 10;

const native = takeNative();

/** Runs test N of the bundle, where the kernel's command line says `ktest=N`. */
async function runKtest(): Promise<void> {
  let hasReturned = false;
  let panic: KtestReport["panic"];
  const hardware = new ReportingHardware(native, (code) => ({
    hasReturned,
    ...(panic !== undefined && { panic }),
    code,
  }));
  const [, number] = /(?:^|\s)ktest=(\d+)(?:\s|$)/.exec(hardware.bootInfo.kernelCommandLine) ?? [];
  evaluateKernel(native, { "@aster/ostd": ostd, "@aster/ostd/ktest": ostdKtest });
  const test = takeKtests()[Number(number)];
  if (test === undefined) {
    throw new Error(`there is no test ${number ?? "(expected ktest=N on the command line)"}`);
  }
  const body = async (): Promise<void> => {
    await test.body();
    hasReturned = true;
    poweroff();
  };
  const panicHandler = (failure: Error): void => {
    panic ??= { message: failure.message, stack: failure.stack ?? "" };
  };
  await bootKernel(main(body, { panicHandler }), hardware);
}

/** The machine, which tells what became of the test before it powers off. */
class ReportingHardware extends BareHardware {
  private readonly port: Native;
  private readonly report: (code: number) => KtestReport;

  constructor(native: Native, report: (code: number) => KtestReport) {
    super(native);
    this.port = native;
    this.report = report;
  }

  override powerOff(code: number): never {
    const text = JSON.stringify(this.report(code));
    // As the port takes bytes, what is not ASCII is escaped.
    const line = text.replace(
      /[^\0-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    for (let i = 0; i < line.length; i++) {
      this.port.portWrite(REPORT_PORT, 1, line.charCodeAt(i));
    }
    this.port.portWrite(REPORT_PORT, 1, LINE_FEED);
    super.powerOff(code);
  }
}

// As a job, as in start.ts.
void Promise.resolve()
  .then(runKtest)
  .catch((error: unknown) => fail(native, error));
