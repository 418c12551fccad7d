// SPDX-License-Identifier: MPL-2.0

import { ECHO, ECHOCTL, ECHOE, ECHOK, ECHOKE, ECHOPRT, V } from "../../abi/termios.ts";
import type { LineDiscipline } from "./line-discipline.ts";
import { isContinuation, isControl } from "./output-processor.ts";
import type { Termios } from "./termios.ts";

const BACKSPACE = 8;
const TAB = 9;
const NEWLINE = 10;
const SPACE = 32;

type Extent = "character" | "word" | "line";

/** VERASE, VWERASE or VKILL was typed: takes back input of the current line, and shows it. */
export function eraseInput(discipline: LineDiscipline, termios: Termios, key: number): void {
  const { input } = discipline;
  if (input.head === input.lineHead) return;
  const extent = extentOf(termios, key);
  if (extent === "line" && !erasesVisibly(termios)) {
    input.head = input.lineHead;
    if ((termios.lflag & ECHO) !== 0) announceKill(discipline, termios);
    return;
  }
  let inWord = false;
  while (input.head !== input.lineHead) {
    const start = startOfLastCharacter(discipline, termios);
    const byte = input.at(start);
    if (isContinuation(byte, termios)) break;
    if (extent === "word") {
      if (isWordByte(byte)) inWord = true;
      else if (inWord) break;
    }
    const length = input.head - start;
    input.head = start;
    if ((termios.lflag & ECHO) !== 0) showErased(discipline, termios, extent, start, length);
    if (extent === "character") break;
  }
  if (input.head === input.lineHead && (termios.lflag & ECHO) !== 0) discipline.finishErasing();
}

function extentOf(termios: Termios, key: number): Extent {
  if (key === termios.cc[V.ERASE]) return "character";
  return key === termios.cc[V.WERASE] ? "word" : "line";
}

/** Whether killing a line takes its characters back one by one. */
function erasesVisibly(termios: Termios): boolean {
  const all = ECHO | ECHOK | ECHOKE | ECHOE;
  return (termios.lflag & all) === all;
}

/** Without visible erasing, the kill character is shown, and a new line begun under ECHOK. */
function announceKill(discipline: LineDiscipline, termios: Termios): void {
  discipline.finishErasing();
  discipline.echo.typed(termios.cc[V.KILL] ?? 0);
  if ((termios.lflag & ECHOK) !== 0) discipline.echo.raw(NEWLINE);
}

function startOfLastCharacter(discipline: LineDiscipline, termios: Termios): number {
  const { input } = discipline;
  let position = input.head - 1;
  while (position !== input.lineHead && isContinuation(input.at(position), termios)) position--;
  return position;
}

function showErased(
  discipline: LineDiscipline,
  termios: Termios,
  extent: Extent,
  start: number,
  length: number,
): void {
  const { echo, input } = discipline;
  const { lflag } = termios;
  const byte = input.at(start);
  if ((lflag & ECHOPRT) !== 0) {
    discipline.beginErasing();
    echo.typed(byte);
    for (let i = 1; i < length; i++) {
      echo.raw(input.at(start + i));
      echo.moveBack();
    }
  } else if (extent === "character" && (lflag & ECHOE) === 0) {
    echo.typed(termios.cc[V.ERASE] ?? 0);
  } else if (byte === TAB) {
    eraseTab(discipline, termios);
  } else {
    const showsControl = (lflag & ECHOCTL) !== 0;
    if (isControl(byte) && showsControl) wipeColumn(discipline);
    if (!isControl(byte) || showsControl) wipeColumn(discipline);
  }
}

function wipeColumn(discipline: LineDiscipline): void {
  discipline.echo.raw(BACKSPACE);
  discipline.echo.raw(SPACE);
  discipline.echo.raw(BACKSPACE);
}

/** A tab is as wide as what stands before it leaves to the next stop: counts back to the tab before. */
function eraseTab(discipline: LineDiscipline, termios: Termios): void {
  const { input } = discipline;
  let columns = 0;
  for (let position = input.head; position !== input.lineHead;) {
    position--;
    const byte = input.at(position);
    if (byte === TAB) {
      discipline.echo.eraseTab(columns, true);
      return;
    }
    if (isControl(byte)) {
      if ((termios.lflag & ECHOCTL) !== 0) columns += 2;
    } else if (!isContinuation(byte, termios)) {
      columns++;
    }
  }
  discipline.echo.eraseTab(columns, false);
}

/** Letters and digits of Latin-1, and the underscore, make words (VWERASE). */
function isWordByte(byte: number): boolean {
  if (byte >= 0xc0) return byte !== 0xd7 && byte !== 0xf7;
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const letter = byte | 0x20;
  return isDigit || (letter >= 0x61 && letter <= 0x7a && byte < 0x80) || byte === 0x5f;
}
