// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { Errno } from "../abi/errno.ts";
import { SIGTERM } from "../abi/signal.ts";
import { done, runPrograms } from "../testing/user-programs.ts";
import { Capability, CapabilitySet } from "./capabilities.ts";

test("setuid gives root up for good, and its capabilities with it", async () => {
  await runPrograms(function* (user) {
    expect(yield user.call("setuid", 1000)).toBe(0);
    expect(yield user.call("getuid")).toBe(1000);
    expect(yield user.call("setuid", 0)).toBe(-Errno.EPERM);
    expect(user.thread.credentials.has(Capability.KILL)).toBe(false);
    expect(user.thread.credentials.permitted.low).toBe(0);
    expect(yield user.call("sethostname", user.room(4), 4)).toBe(-Errno.EPERM);
    done();
  });
});

test("setresuid keeps root in the saved id, and seteuid takes it back", async () => {
  await runPrograms(function* (user) {
    expect(yield user.call("setresuid", -1, 1000, 0)).toBe(0);
    expect(yield user.call("geteuid")).toBe(1000);
    expect(user.thread.credentials.effective.low).toBe(0);
    expect(yield user.call("setresuid", -1, 1001, -1)).toBe(-Errno.EPERM);
    expect(yield user.call("setresuid", -1, 0, -1)).toBe(0);
    expect(user.thread.credentials.has(Capability.SYS_ADMIN)).toBe(true);
    const ids = user.room(16);
    yield user.call("getresuid", ids, ids + 4, ids + 8);
    expect([user.read32(ids), user.read32(ids + 4), user.read32(ids + 8)]).toEqual([0, 0, 0]);
    done();
  });
});

test("setfsuid tells the id before, whether it could change it or not", async () => {
  await runPrograms(function* (user) {
    expect(yield user.call("setfsuid", 7)).toBe(0);
    expect(yield user.call("setfsuid", -1)).toBe(7);
    yield user.call("setresuid", 1000, 1000, 1000);
    expect(yield user.call("setfsuid", 5)).toBe(1000);
    expect(yield user.call("setfsuid", 5)).toBe(1000);
    done();
  });
});

test("groups are set by root only, and kept in order", async () => {
  await runPrograms(function* (user) {
    const list = user.room(16);
    user.write32(list, 30);
    user.write32(list + 4, 20);
    expect(yield user.call("setgroups", 2, list)).toBe(0);
    expect(yield user.call("getgroups", 0, 0)).toBe(2);
    expect(yield user.call("getgroups", 1, list)).toBe(-Errno.EINVAL);
    expect(yield user.call("getgroups", 2, list)).toBe(2);
    expect([user.read32(list), user.read32(list + 4)]).toEqual([20, 30]);
    yield user.call("setuid", 1000);
    expect(yield user.call("setgroups", 0, 0)).toBe(-Errno.EPERM);
    done();
  });
});

test("users may signal their own processes only", async () => {
  await runPrograms(function* (user) {
    const other = yield user.fork(function* (child) {
      yield child.call("pause");
    });
    yield user.fork(function* (child) {
      yield child.call("setuid", 1000);
      expect(yield child.call("kill", other, SIGTERM)).toBe(-Errno.EPERM);
      expect(yield child.call("kill", other, 0)).toBe(-Errno.EPERM);
      expect(yield child.call("kill", -1, SIGTERM)).toBe(-Errno.EPERM);
      yield child.call("exit_group", 0);
    });
    const status = user.room(4);
    yield user.call("wait4", -1, status, 0, 0);
    expect(user.read32(status)).toBe(0);
    done();
  });
});

test("capset can drop capabilities and not gain them", async () => {
  await runPrograms(function* (user) {
    const header = user.room(8);
    user.write32(header, 0x2008_0522);
    const data = user.room(24);
    expect(yield user.call("capget", header, data)).toBe(0);
    expect(user.read32(data)).toBe(0xffff_ffff);
    expect(user.read32(data + 12)).toBe(0x1ff);
    for (let at = 0; at < 24; at += 4) user.write32(data + at, 0);
    expect(yield user.call("capset", header, data)).toBe(0);
    user.write32(data + 4, 1);
    expect(yield user.call("capset", header, data)).toBe(-Errno.EPERM);
    user.write32(header, 1);
    expect(yield user.call("capget", header, 0)).toBe(0);
    expect(user.read32(header)).toBe(0x2008_0522);
    done();
  });
});

test("capability sets know members above 31", () => {
  const set = CapabilitySet.NONE.with(Capability.BPF);
  expect(set.has(Capability.BPF)).toBe(true);
  expect(set.has(Capability.AUDIT_READ)).toBe(false);
  expect(set.isSubsetOf(CapabilitySet.FULL)).toBe(true);
  expect(CapabilitySet.FULL.without(set).has(Capability.BPF)).toBe(false);
});
