// SPDX-License-Identifier: MPL-2.0

// Fuzzes the language, the formatter, the reader of traces and the matcher. Needs `pnpm build`.

import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

import { checkInput } from "./checks.mjs";

const HELP = `Usage: node packages/scml/test/fuzz/main.mjs [--inputs N] [--seconds N] [--seed N] [--input I]

Makes programs by the grammar of docs/scml-grammar.md, changed programs and changed traces, a third
of the inputs each, and checks that nothing throws or hangs, that a formatted program matches what
it matched before, and that every line of a trace is accounted for.

  --inputs N   how many inputs (default 100000)
  --seconds N  stop after so many seconds
  --from I     begin with the input of this number, to go on with a run
  --seed N     of an earlier run, to have it again (default: another one each time)
  --input I    only the input of this number
`;

/** An input that takes longer hangs. */
const HANG_MS = 30_000;
const BATCH = 500;
/** After so many inputs the number of the next one is printed. */
const PROGRESS = 50_000;

if (isMainThread) process.exitCode = await main();
else work();

function readOptions() {
  const { values } = parseArgs({
    options: {
      inputs: { type: "string", default: "100000" },
      seconds: { type: "string", default: "Infinity" },
      from: { type: "string", default: "0" },
      seed: { type: "string", default: String(Date.now() % 2 ** 31) },
      input: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const number = (name) => {
    const value = Number(values[name]);
    if (!(value >= 0)) throw new Error(`--${name} takes a number, not ${values[name]}`);
    return value;
  };
  return {
    help: values.help,
    inputs: number("inputs"),
    seconds: number("seconds"),
    from: number("from"),
    seed: number("seed"),
    input: values.input === undefined ? undefined : number("input"),
  };
}

async function main() {
  let options;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`fuzz: ${error.message}\n${HELP}`);
    return 2;
  }
  const { seed, inputs, seconds, from, input } = options;
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  process.stdout.write(`seed ${seed}\n`);
  const first = input ?? from;
  const last = first + (input === undefined ? inputs : 1);
  const began = Date.now();
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { seed, isAlone: input !== undefined },
  });
  let done = 0;
  try {
    for (let at = first; at < last && Date.now() - began < seconds * 1000; at += BATCH) {
      const end = Math.min(last, at + BATCH);
      const failure = await batch(worker, at, end);
      if (failure !== undefined) {
        const { index, kind, text, message } = failure;
        const again = `--seed ${seed} --input ${index}`;
        process.stdout.write(
          `input ${index} (${kind}), again with ${again}:\n${message}\n${text}\n`,
        );
        return 1;
      }
      done += end - at;
      if (done % PROGRESS === 0) process.stdout.write(`${first + done}\n`);
    }
  } finally {
    await worker.terminate();
  }
  const took = (Date.now() - began) / 1000;
  process.stdout.write(
    `${done} inputs in ${took.toFixed(1)} s: no exception, no hang, no meaning changed\n`,
  );
  return 0;
}

/** Has the worker check inputs; the first that fails, a hang among them. */
function batch(worker, from, to) {
  return new Promise((resolve, reject) => {
    let at = from;
    const onHang = () => {
      resolve({ index: at, kind: "hang", text: "", message: `no answer after ${HANG_MS} ms` });
    };
    let timer = setTimeout(onHang, HANG_MS);
    const onMessage = (message) => {
      clearTimeout(timer);
      if (message.begins !== undefined) {
        at = message.begins;
        timer = setTimeout(onHang, HANG_MS);
        return;
      }
      worker.off("message", onMessage).off("error", reject);
      resolve(message.failure);
    };
    worker.on("message", onMessage).on("error", reject);
    worker.postMessage({ from, to });
  });
}

function work() {
  const { seed, isAlone } = workerData;
  // Refused programs make many errors, whose stacks cost more than the rest; `--input` shows them.
  if (!isAlone) Error.stackTraceLimit = 0;
  parentPort.on("message", ({ from, to }) => {
    for (let index = from; index < to; index += 1) {
      // Now and then: a message costs more than most inputs.
      if (index % 50 === 0) parentPort.postMessage({ begins: index });
      const { kind, text, error } = checkInput(seed, index);
      if (error === undefined) continue;
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      parentPort.postMessage({ failure: { index, kind, text, message } });
      return;
    }
    parentPort.postMessage({ failure: undefined });
  });
}
