// SPDX-License-Identifier: MPL-2.0

// What a debugger does, by the protocol that VS Code and Chrome speak: starts `osdk ARGS` stopped,
// binds a breakpoint to a line of a TypeScript file by the source maps of the scripts it is told of,
// and prints where it stopped. Run with --experimental-websocket: node 20 hides it.
//
// debug-client.mjs SOURCE_SUFFIX LINE_PATTERN CWD ARGS...

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeMappings } from "../dist/ktest/source-map.js";

const PROGRAM = fileURLToPath(new URL("../bin/aster-osdk.js", import.meta.url));
const [suffix, pattern, cwd, ...args] = process.argv.slice(2);

const child = spawn(process.execPath, ["--inspect-brk=127.0.0.1:0", PROGRAM, ...args], {
  cwd,
  stdio: ["ignore", "pipe", "pipe"],
});
let printed = "";
child.stdout.on("data", (bytes) => (printed += bytes));

const url = await new Promise((found) => {
  let told = "";
  child.stderr.on("data", (bytes) => {
    told += bytes;
    const address = /ws:\/\/\S+/.exec(told)?.[0];
    if (address !== undefined) found(address);
  });
});
const socket = new WebSocket(url);
await new Promise((opened) => socket.addEventListener("open", opened, { once: true }));

let nextId = 0;
const pending = new Map();
const scripts = new Map();
const stops = [];
let bound;

function send(method, params = {}) {
  nextId += 1;
  socket.send(JSON.stringify({ id: nextId, method, params }));
  return new Promise((answered) => pending.set(nextId, answered));
}

socket.addEventListener("message", ({ data }) => {
  const { id, method, params, result, error } = JSON.parse(data);
  if (id !== undefined) pending.get(id)?.(error === undefined ? result : { error });
  if (method === "Debugger.scriptParsed") void onScript(params);
  if (method === "Debugger.paused") void onPaused(params);
  if (method === "Runtime.executionContextDestroyed") void send("Runtime.disable");
});

/** The script's source map, where it has one in a file beside it. */
function mapOf({ url: script, sourceMapURL }) {
  if (!script.startsWith("file:") || !sourceMapURL || sourceMapURL.startsWith("data:")) return;
  const file = resolve(dirname(fileURLToPath(script)), sourceMapURL);
  const map = JSON.parse(readFileSync(file, "utf8"));
  return { ...map, sources: map.sources.map((source) => resolve(dirname(file), source)) };
}

async function onScript(script) {
  const map = mapOf(script);
  scripts.set(script.scriptId, map);
  const source = map?.sources.findIndex((path) => path.endsWith(suffix)) ?? -1;
  if (source < 0 || bound !== undefined) return;
  const text = readFileSync(map.sources[source], "utf8").split("\n");
  const line = text.findIndex((content) => content.includes(pattern));
  const place = decodeMappings(map).find((m) => m.source === source && m.sourceLine === line);
  if (place === undefined) return;
  const location = {
    scriptId: script.scriptId,
    lineNumber: place.generatedLine,
    columnNumber: place.generatedColumn,
  };
  bound = send("Debugger.setBreakpoint", { location });
}

async function onPaused({ callFrames: [frame], reason, hitBreakpoints = [] }) {
  if (bound !== undefined) await bound;
  const map = scripts.get(frame.location.scriptId);
  const { lineNumber, columnNumber } = frame.location;
  if (hitBreakpoints.length > 0 && map !== undefined) {
    const before = decodeMappings(map).filter(
      (m) => m.generatedLine === lineNumber && m.generatedColumn <= columnNumber,
    );
    const at = before.at(-1);
    stops.push({
      source: map.sources[at.source],
      line: at.sourceLine + 1,
      functionName: frame.functionName,
    });
    // Once is enough: the program shall come to its end.
    await send("Debugger.removeBreakpoint", { breakpointId: (await bound).breakpointId });
  } else if (reason !== "Break on start" && reason !== "other") {
    stops.push({ reason });
  }
  await send("Debugger.resume");
}

await send("Debugger.enable");
await send("Runtime.enable");
const ended = new Promise((exited) => child.once("exit", exited));
await send("Runtime.runIfWaitingForDebugger");
// Node waits for the debugger to go before it exits.
child.stderr.on("data", (bytes) => {
  if (String(bytes).includes("Waiting for the debugger to disconnect")) socket.close();
});
const code = await ended;
process.stdout.write(JSON.stringify({ code, printed, stops }));
process.exit(0);
