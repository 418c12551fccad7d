#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Records what the line discipline of the Linux underneath does.

Each case gives settings, bytes that are typed, and sometimes bytes that a program writes. A pty
is set up, the bytes are fed, and what the slave reads, what the terminal shows, and which signals
are sent is written to vectors.json, which line-discipline.test.ts, beside this file, replays.

Usage: record.py > vectors.json
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

CC = {name: getattr(termios, name) for name in (
    "VINTR VQUIT VERASE VKILL VEOF VTIME VMIN VSTART VSTOP VSUSP VEOL "
    "VREPRINT VDISCARD VWERASE VLNEXT VEOL2").split()}
FLAGS = {0: "IGNBRK BRKINT IGNPAR PARMRK INPCK ISTRIP INLCR IGNCR ICRNL IUCLC IXON IXANY IXOFF",
         1: "OPOST OLCUC ONLCR OCRNL ONOCR ONLRET",
         3: "ISIG ICANON ECHO ECHOE ECHOK ECHONL NOFLSH TOSTOP ECHOCTL ECHOPRT ECHOKE IEXTEN"}
EXTRA = {"IUTF8": (0, 0o40000), "XTABS": (1, 0o14000)}
INDEX = {name: (index, getattr(termios, name, None) or {"IUCLC": 0o1000, "OLCUC": 2}.get(name))
         for index, names in FLAGS.items() for name in names.split()}
INDEX.update(EXTRA)


def apply(attributes, flags):
    for word in flags.split():
        off = word.startswith("-")
        index, bits = INDEX[word.lstrip("-")]
        attributes[index] = attributes[index] & ~bits if off else attributes[index] | bits


def drain(fd, quiet=0.02):
    data = b""
    while select.select([fd], [], [], quiet)[0]:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        data += piece
    return data


def run(case):
    master, slave = pty.openpty()
    attributes = termios.tcgetattr(slave)
    apply(attributes, case.get("flags", ""))
    for name, value in case.get("cc", {}).items():
        attributes[6][CC[name]] = bytes([value])
    if not attributes[3] & termios.ICANON:
        for name, default in (("VMIN", 1), ("VTIME", 0)):
            attributes[6][CC[name]] = case.get("cc", {}).get(name, default)
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    raw = bytearray(36)
    fcntl.ioctl(slave, 0x5401, raw)

    # A child in its own session, which the terminal controls, gets the signals.
    report_read, report_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
            signal.signal(number, lambda n, f: os.write(report_write, bytes([n])))
        os.write(report_write, b"\0")
        while True:
            time.sleep(10)
    os.read(report_read, 1)

    os.set_blocking(slave, False)
    os.set_blocking(master, False)
    steps = []
    for kind, value in case["steps"]:
        step = {"kind": kind}
        if kind == "type":
            data = value if isinstance(value, bytes) else value.encode("latin-1")
            step["bytes"] = data.hex()
            while data:
                try:
                    data = data[os.write(master, data):]
                except BlockingIOError:
                    break
                time.sleep(0.002)
        elif kind == "write":
            data = value.encode("latin-1")
            step["bytes"] = data.hex()
            try:
                step["written"] = os.write(slave, data)
            except BlockingIOError:
                step["written"] = -1
        elif kind == "read":
            step["count"] = value
            try:
                step["result"] = os.read(slave, value).hex()
            except BlockingIOError:
                step["result"] = None
        elif kind == "set":
            step["flags"] = value
            attributes = termios.tcgetattr(slave)
            apply(attributes, value)
            if not attributes[3] & termios.ICANON:
                attributes[6][CC["VMIN"]], attributes[6][CC["VTIME"]] = 1, 0
            termios.tcsetattr(slave, termios.TCSANOW, attributes)
            now = bytearray(36)
            fcntl.ioctl(slave, 0x5401, now)
            step["termios"] = now.hex()
        time.sleep(0.01)
        step["shown"] = drain(master).hex()
        counted = bytearray(4)
        fcntl.ioctl(slave, termios.FIONREAD, counted)
        step["readable"] = struct.unpack("i", counted)[0]
        step["signals"] = list(drain(report_read, 0.01))
        steps.append(step)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for fd in (master, slave, report_read, report_write):
        os.close(fd)
    return {"name": case["name"], "termios": raw.hex(), "steps": steps}


def typed(name, text, flags="", cc=None, count=4096):
    return {"name": name, "flags": flags, "cc": cc or {},
            "steps": [("type", text), ("read", count), ("read", count)]}


def shown(name, text, flags=""):
    return {"name": name, "flags": flags, "steps": [("write", text)]}


CASES = [
    typed("a line", "hello\n"),
    typed("a line ended by return", "hello\r"),
    typed("return without ICRNL", "hello\r\n", "-ICRNL"),
    typed("newline as return", "a\nb\r", "INLCR ICRNL"),
    typed("ignored return", "a\rb\n", "IGNCR"),
    typed("stripped", "\xe1\xe2\xff\n", "ISTRIP"),
    typed("lower case", "ABC\xc0\n", "IUCLC"),
    typed("half a line", "hello"),
    typed("two lines", "one\ntwo\n"),
    typed("line longer than the read", "hello world\n", count=5),
    typed("end of file", "\x04"),
    typed("end of file after text", "abc\x04"),
    typed("exactly full read before end of file", "abc\x04def\n", count=3),
    typed("exactly full read before newline", "abc\ndef\n", count=3),
    typed("two ends of file", "\x04\x04"),
    typed("end of line character", "abc;def\n", "", {"VEOL": ord(";")}),
    typed("second end of line character", "abc,def\n", "", {"VEOL2": ord(",")}),
    typed("second end of line without IEXTEN", "abc,def\n", "-IEXTEN", {"VEOL2": ord(",")}),
    typed("null byte", "a\0b\n"),
    typed("erase", "abc\x7f\x7fX\n"),
    typed("erase nothing", "\x7f\x7fabc\n"),
    typed("erase stops at the line", "one\n\x7f\x7ftwo\n"),
    typed("erase without ECHOE", "abc\x7f\x7fX\n", "-ECHOE"),
    typed("erase without ECHO", "abc\x7f\x7fX\n", "-ECHO"),
    typed("erase with ECHOPRT", "abcd\x7f\x7fX\n", "ECHOPRT"),
    typed("erase all with ECHOPRT", "ab\x7f\x7fX\n", "ECHOPRT"),
    typed("erase control character", "a\x01b\x7f\x7f\x7fX\n"),
    typed("erase control without ECHOCTL", "a\x01b\x7f\x7f\x7fX\n", "-ECHOCTL"),
    typed("erase tab", "ab\tc\x7f\x7fX\n"),
    typed("erase two tabs", "a\t\tb\x7f\x7f\x7fX\n"),
    typed("erase tab after control", "a\x01\t\x7fX\n"),
    typed("erase tab after control without ECHOCTL", "a\x01\t\x7fX\n", "-ECHOCTL"),
    typed("erase tab after tab and text", "ab\tcde\t\x7fX\n"),
    typed("erase UTF-8", "a\xc3\xa9\xe2\x82\xac\x7f\x7fX\n", "IUTF8"),
    typed("erase UTF-8 as bytes", "a\xc3\xa9\x7fX\n", "-IUTF8"),
    typed("erase UTF-8 without a lead", "\xa9\xa9\x7f\n", "IUTF8"),
    typed("erase UTF-8 tab", "\xc3\xa9\t\x7fX\n", "IUTF8"),
    typed("erase UTF-8 with ECHOPRT", "a\xc3\xa9b\x7f\x7fX\n", "IUTF8 ECHOPRT"),
    typed("word erase", "one two three\x17X\n"),
    typed("word erase with spaces", "one two   \x17X\n"),
    typed("word erase with punctuation", "one two-three\x17X\n"),
    typed("word erase with underscore", "one two_three\x17X\n"),
    typed("word erase of punctuation", "one ---\x17X\n"),
    typed("word erase of Latin-1", "a \xe9\xd7\xe9\x17X\n"),
    typed("word erase without IEXTEN", "one two\x17X\n", "-IEXTEN"),
    typed("word erase of UTF-8", "one \xc3\xa9t\xc3\xa9\x17X\n", "IUTF8"),
    typed("kill", "some text\x15X\n"),
    typed("kill with tab and control", "a\tb\x01c\x15X\n"),
    typed("kill without ECHOKE", "some text\x15X\n", "-ECHOKE"),
    typed("kill without ECHOK", "some text\x15X\n", "-ECHOK"),
    typed("kill without ECHOKE and ECHOK", "some text\x15X\n", "-ECHOKE -ECHOK"),
    typed("kill without ECHOE", "some text\x15X\n", "-ECHOE"),
    typed("kill without ECHO", "some text\x15X\n", "-ECHO"),
    typed("kill with ECHOPRT", "abc\x15X\n", "ECHOPRT"),
    typed("kill nothing", "\x15X\n"),
    typed("literal next", "a\x16\x03b\n"),
    typed("literal newline", "a\x16\nb\n"),
    typed("literal erase", "ab\x16\x7f\x7fc\n"),
    typed("literal end of file", "a\x16\x04b\n"),
    typed("literal without ECHOCTL", "a\x16\x01b\n", "-ECHOCTL"),
    typed("literal without IEXTEN", "a\x16b\n", "-IEXTEN"),
    typed("reprint", "abc\x12def\n"),
    typed("reprint with control", "a\x01\tc\x12d\n"),
    typed("reprint without ECHO", "abc\x12def\n", "-ECHO"),
    typed("echo of controls", "\x01\x02\x1b\x1f\x7e\n"),
    typed("echo of controls without ECHOCTL", "\x01\x02\x1b\n", "-ECHOCTL"),
    typed("echo of high bytes", "\x80\xff\n"),
    typed("echo of newline only", "abc\n", "-ECHO ECHONL"),
    typed("no echo", "abc\n", "-ECHO"),
    typed("interrupt", "abc\x03def\n"),
    typed("quit", "abc\x1cdef\n"),
    typed("suspend", "abc\x1adef\n"),
    typed("interrupt keeps input with NOFLSH", "abc\x03def\n", "NOFLSH"),
    typed("interrupt without ISIG", "abc\x03def\n", "-ISIG"),
    typed("interrupt without ECHO", "abc\x03def\n", "-ECHO"),
    typed("interrupt drops lines", "one\ntwo\x03three\n"),
    typed("interrupt key changed", "a\x03b\x18c\n", "", {"VINTR": 0x18}),
    typed("interrupt switched off", "a\x03b\n", "", {"VINTR": 0}),
    typed("stop and start", "ab\x13cd\x11ef\n"),
    typed("stop without IXON", "ab\x13cd\x11ef\n", "-IXON"),
    typed("stop and any key", "ab\x13cd\n", "IXANY"),
    typed("interrupt restarts output", "ab\x13cd\x03ef\n"),
    typed("raw", "a\x03b\x7f\r\n\x04", "-ICANON -ISIG -ECHO -ICRNL -IXON -IEXTEN"),
    typed("raw with echo", "a\x01\r\n", "-ICANON -ISIG"),
    typed("raw with signals", "ab\x03cd", "-ICANON"),
    typed("raw short read", "abcdef", "-ICANON", count=4),
    typed("raw end of file is a byte", "a\x04b", "-ICANON"),
    typed("parity marks", "a\xffb\n", "PARMRK"),
    typed("raw parity marks", "a\xffb", "PARMRK -ICANON"),
    typed("longest line", "x" * 4095 + "\n", "-ECHO", count=8192),
    typed("line too long", "x" * 5000 + "yz\n", "-ECHO", count=8192),
    typed("line too long, then erased", "x" * 5000 + "\x7f\x7fab\n", "-ECHO", count=8192),
    typed("line too long, then killed", "x" * 5000 + "\x15ab\n", "-ECHO", count=8192),
    shown("plain text", "hello"),
    shown("newline", "a\nb\n"),
    shown("newline without ONLCR", "a\nb\n", "-ONLCR"),
    shown("no processing", "a\nb\t\n", "-OPOST"),
    shown("return as newline", "a\rb\n", "OCRNL -ONLCR"),
    shown("return as newline with ONLRET", "a\tb\r\tc", "OCRNL ONLRET -ONLCR XTABS"),
    shown("no return at column 0", "\ra\rb\r\r", "ONOCR"),
    shown("tabs", "a\tb\tc\n"),
    shown("tabs as spaces", "a\tb\n\tc\rab\td", "XTABS"),
    shown("tabs as spaces after backspace", "abc\b\b\td", "XTABS"),
    shown("tabs as spaces after UTF-8", "\xc3\xa9\td", "XTABS IUTF8"),
    shown("tabs as spaces after control", "\x01\x02\td", "XTABS"),
    shown("tabs with newline kept", "ab\n\tc", "XTABS -ONLCR"),
    shown("tabs with ONLRET", "ab\n\tc", "XTABS -ONLCR ONLRET"),
    shown("upper case", "abc\xe9\xff\xdf", "OLCUC"),
    {"name": "tab erased after a prompt",
     "steps": [("write", "abc> "), ("type", "x\t\x7fY\n"), ("read", 100)]},
    {"name": "output is held while stopped",
     "steps": [("type", "\x13"), ("write", "held"), ("type", "\x11")]},
    {"name": "echo is held while stopped",
     "steps": [("type", "\x13abc"), ("type", "\x11"), ("type", "d\n"), ("read", 100)]},
    {"name": "switch to raw shows what was typed", "flags": "-ECHO",
     "steps": [("type", "abc"), ("read", 100), ("set", "-ICANON"), ("read", 100)]},
    {"name": "switch to canonical makes a line", "flags": "-ECHO -ICANON",
     "steps": [("type", "abc"), ("set", "ICANON"), ("read", 100), ("type", "d\n"), ("read", 100)]},
    {"name": "switch to canonical keeps an end of file byte", "flags": "-ECHO -ICANON",
     "steps": [("type", "ab\0"), ("set", "ICANON"), ("read", 100), ("read", 100)]},
    {"name": "switch to raw after a line", "flags": "-ECHO",
     "steps": [("type", "abc\nde"), ("set", "-ICANON"), ("read", 100), ("read", 100)]},
    {"name": "end of file then raw", "flags": "-ECHO",
     "steps": [("type", "abc\x04"), ("set", "-ICANON"), ("read", 100), ("read", 100)]},
    {"name": "IXON off starts output",
     "steps": [("type", "\x13"), ("write", "x"), ("set", "-IXON"), ("write", "y")]},
    {"name": "line read in pieces",
     "steps": [("type", "abcdef\nxy\n"), ("read", 2), ("read", 3), ("read", 4), ("read", 4)]},
    {"name": "erase does not reach a read line",
     "steps": [("type", "ab\ncd"), ("read", 2), ("type", "\x7f\x7f\x7fe\n"), ("read", 9), ("read", 9)]},
    {"name": "many lines at once", "flags": "-ECHO",
     "steps": [("type", "0123456789\n" * 300), ("read", 8192), ("read", 5)]},
]

if __name__ == "__main__":
    json.dump([run(case) for case in CASES], sys.stdout, indent=1)
    print()
