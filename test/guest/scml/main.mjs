// SPDX-License-Identifier: MPL-2.0
//
// Asks the kernel whether docs/kernel.scml is true: every flag that the rules list has to do on
// Aster what it does on Linux, and no flag that they do not list may be accepted.
//
//   node test/guest/scml/main.mjs            ask Aster, and compare with what Linux said
//   node test/guest/scml/main.mjs --record   ask this Linux, and write linux.txt; needs root

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { MemoryBlockBackend } from "@aster/machine";

import { EXEMPT } from "./exempt.mjs";
import { questionsOf } from "./questions.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const RULES = fileURLToPath(new URL("../../../docs/kernel.scml", import.meta.url));
const RECORDED = new URL("linux.txt", import.meta.url);
const BUILD = fileURLToPath(new URL("../.build/", import.meta.url));
const TIMEOUT_MS = 60_000;
/** Of a call that is not there for what it was asked. */
const REFUSALS = new Set(["EINVAL", "ENOSYS", "ENOTTY", "no result"]);
/** ENOPROTOOPT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EOPNOTSUPP, EAFNOSUPPORT. */
for (const number of [92, 93, 94, 95, 97]) REFUSALS.add(`errno ${number}`);

function compile() {
  const sources = readdirSync(HERE).filter((name) => name.endsWith(".c"));
  mkdirSync(BUILD, { recursive: true });
  const partial = `${BUILD}scml-probe.${process.pid}`;
  const flags = ["-std=gnu11", "-O1", "-static", "-Wall", "-Wextra"];
  execFileSync("gcc", [...flags, "-o", partial, ...sources], { cwd: HERE, stdio: "inherit" });
  renameSync(partial, `${BUILD}scml-probe`);
  return readFileSync(`${BUILD}scml-probe`);
}

const key = ({ call, argument, name }) => `${call} ${argument} ${name}`;

/** Asks on one machine; the answers by question. */
async function ask(runner, questions) {
  const { runCase } = await import(`../runners/${runner}.mjs`);
  const stdin = questions.map((one) => `${key(one)} ${one.value}\n`).join("");
  const { stdout, stderr, status } = await runCase(
    {
      argv: ["/tmp/probe"],
      files: [{ guestPath: "/tmp/probe", bytes: compile(), mode: 0o755 }],
      stdin: Buffer.from(stdin),
      disks: [new MemoryBlockBackend(new Uint8Array(1024 * 1024))],
    },
    TIMEOUT_MS,
  );
  const answers = answersIn(Buffer.from(stdout).toString());
  if (status !== 0 || answers.size < questions.length) {
    const last = Buffer.from(stdout).toString().split("\n").at(-1);
    throw new Error(
      `the probe ended with ${status} after ${answers.size} of ${questions.length} questions, ` +
        `at "${last}": ${Buffer.from(stderr).toString()}`,
    );
  }
  return answers;
}

function answersIn(text) {
  return new Map(
    [...text.matchAll(/^(\S+ \S+ \S+) (.+)$/gm)].map(([, question, answer]) => [question, answer]),
  );
}

/** What is wrong with the answer to one question; undefined where nothing is. */
function complaint(question, aster, linux) {
  const reason = EXEMPT[`${question.call} ${question.argument}`];
  if (reason !== undefined || EXEMPT[key(question)] !== undefined) return undefined;
  if (aster === "no probe") return "is declared and has no test: add a probe";
  if (linux === undefined) return "was not asked on Linux: run with --record";
  if (question.isDeclared) {
    if (aster !== linux) return `is declared, and gives ${aster} where Linux gives ${linux}`;
    if (REFUSALS.has(linux))
      return `is declared, and its test proves nothing: ${linux} on Linux too`;
    return undefined;
  }
  if (aster === "OK" && linux === "OK") return "is accepted, and not declared";
  if (aster === "OK" && REFUSALS.has(linux)) return `is accepted, where Linux gives ${linux}`;
  return undefined;
}

async function main(args) {
  if (args.length > 1 || (args.length === 1 && args[0] !== "--record")) {
    process.stderr.write("usage: node test/guest/scml/main.mjs [--record]\n");
    return 2;
  }
  const questions = questionsOf(readFileSync(RULES, "utf8"));
  if (args[0] === "--record") {
    const answers = await ask("native", questions);
    const lines = questions.map((one) => `${key(one)} ${answers.get(key(one))}\n`);
    writeFileSync(RECORDED, lines.join(""));
    process.stdout.write(`${questions.length} answers of Linux recorded\n`);
    return 0;
  }
  const linux = answersIn(readFileSync(RECORDED, "utf8"));
  const aster = await ask("aster", questions);
  let wrong = 0;
  for (const question of questions) {
    const what = complaint(question, aster.get(key(question)), linux.get(key(question)));
    if (what === undefined) continue;
    wrong++;
    process.stdout.write(`${question.call}, ${question.argument}: ${question.name} ${what}\n`);
  }
  const declared = questions.filter(({ isDeclared }) => isDeclared).length;
  process.stdout.write(
    `${declared} declared flags and ${questions.length - declared} others of Linux asked, ${wrong} wrong\n`,
  );
  return wrong === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
