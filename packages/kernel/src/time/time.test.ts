// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { Errno } from "../abi/errno.ts";
import { SIGALRM, SIGUSR1 } from "../abi/signal.ts";
import { CLOCK_MONOTONIC, CLOCK_REALTIME, TIMER_ABSTIME } from "../abi/time.ts";
import { done, runPrograms } from "../testing/user-programs.ts";
import { LoadAverage } from "./load-average.ts";

test("clocks tell seconds and nanoseconds, and unknown clocks fail", async () => {
  await runPrograms(function* (user) {
    const time = user.room(16);
    expect(yield user.call("clock_gettime", CLOCK_REALTIME, time)).toBe(0);
    expect(user.read32(time)).toBe(1_700_000_000);
    expect(yield user.call("clock_gettime", 42, time)).toBe(-Errno.EINVAL);
    expect(yield user.call("clock_gettime", CLOCK_MONOTONIC, 0x7000_0000)).toBe(-Errno.EFAULT);
    expect(yield user.call("clock_getres", CLOCK_MONOTONIC, time)).toBe(0);
    expect([user.read32(time), user.read32(time + 8)]).toEqual([0, 1]);
    done();
  });
});

test("clock_settime moves the real-time clock only", async () => {
  await runPrograms(function* (user) {
    const monotonic = user.kernel.clock.monotonicNs();
    expect(yield user.call("clock_settime", CLOCK_REALTIME, user.timespec(5e9))).toBe(0);
    expect(yield user.call("time", 0)).toBe(5);
    expect(user.kernel.clock.monotonicNs() - monotonic).toBeLessThan(1e6);
    expect(yield user.call("clock_settime", CLOCK_MONOTONIC, user.timespec(5e9))).toBe(
      -Errno.EINVAL,
    );
    done();
  });
});

test("an absolute sleep ends at its time, one in the past at once", async () => {
  await runPrograms(function* (user) {
    const { clock } = user.kernel;
    const deadline = clock.monotonicNs() + 7e6;
    const request = user.timespec(deadline);
    const slept = yield user.call("clock_nanosleep", CLOCK_MONOTONIC, TIMER_ABSTIME, request, 0);
    expect(slept).toBe(0);
    expect(clock.monotonicNs()).toBeGreaterThanOrEqual(deadline);
    expect(clock.monotonicNs()).toBeLessThan(deadline + 1e6);
    const now = clock.monotonicNs();
    yield user.call("clock_nanosleep", CLOCK_MONOTONIC, TIMER_ABSTIME, request, 0);
    expect(clock.monotonicNs() - now).toBeLessThan(1e5);
    const bad = user.room(16);
    user.write64(bad + 8, 1e9);
    expect(yield user.call("nanosleep", bad, 0)).toBe(-Errno.EINVAL);
    done();
  });
});

test("alarm tells what was left of the one before, in whole seconds", async () => {
  const log: string[] = [];
  await runPrograms(function* (user) {
    yield user.onSignal(SIGALRM, function* () {
      log.push("ALRM");
    });
    expect(yield user.call("alarm", 10)).toBe(0);
    expect(yield user.call("alarm", 1)).toBe(10);
    expect(yield user.call("pause")).toBe(-Errno.EINTR);
    expect(log).toEqual(["ALRM"]);
    expect(yield user.call("alarm", 0)).toBe(0);
    done();
  });
});

test("an interval timer goes on until it is disarmed", async () => {
  let count = 0;
  await runPrograms(function* (user) {
    yield user.onSignal(SIGALRM, function* () {
      count++;
    });
    const timer = user.room(32);
    user.write64(timer + 8, 1000);
    user.write64(timer + 24, 1000);
    yield user.call("setitimer", 0, timer, 0);
    while (count < 3) yield user.call("pause");
    user.write64(timer + 24, 0);
    const old = user.room(32);
    yield user.call("setitimer", 0, timer, old);
    expect(user.read32(old + 8)).toBe(1000);
    yield user.call("nanosleep", user.timespec(5e6), 0);
    expect(count).toBe(3);
    done();
  });
});

test("a POSIX timer sends its signal and value, and counts overruns", async () => {
  await runPrograms(function* (user) {
    const set = user.room(8);
    user.write32(set, 1 << (SIGUSR1 - 1));
    yield user.call("rt_sigprocmask", 2, set, 0, 8);
    const event = user.room(64);
    user.write32(event, 77);
    user.write32(event + 8, SIGUSR1);
    const id = user.room(4);
    expect(yield user.call("timer_create", CLOCK_MONOTONIC, event, id)).toBe(0);
    const setting = user.room(32);
    user.write64(setting + 8, 1e6);
    user.write64(setting + 24, 1e6);
    const timer = user.read32(id);
    expect(yield user.call("timer_settime", timer, 0, setting, 0)).toBe(0);
    yield user.call("nanosleep", user.timespec(5.5e6), 0);
    const info = user.room(128);
    expect(yield user.call("rt_sigtimedwait", set, info, 0, 8)).toBe(SIGUSR1);
    expect(user.read32(info + 24)).toBe(77);
    expect(user.read32(info + 20)).toBe(4);
    expect(yield user.call("timer_getoverrun", timer)).toBe(4);
    expect(yield user.call("timer_delete", timer)).toBe(0);
    expect(yield user.call("timer_delete", timer)).toBe(-Errno.EINVAL);
    done();
  });
});

test("time on the CPU is what passed while the thread ran, not while it slept", async () => {
  await runPrograms(function* (user) {
    const { hardware } = { hardware: user.kernel.clock };
    const before = hardware.monotonicNs();
    yield user.call("nanosleep", user.timespec(1e9), 0);
    expect(hardware.monotonicNs() - before).toBeGreaterThanOrEqual(1e9);
    const usage = user.room(144);
    expect(yield user.call("getrusage", 0, usage)).toBe(0);
    expect(user.read32(usage)).toBe(0);
    expect(user.read32(usage + 16)).toBe(0);
    expect(user.read32(usage + 128)).toBeGreaterThanOrEqual(1);
    done();
  });
});

test("load averages rise towards the number of runnable threads and decay", () => {
  const load = new LoadAverage();
  load.update(60e9, 1);
  expect(load.one).toBeCloseTo(1 - Math.exp(-1), 2);
  expect(load.fifteen).toBeLessThan(load.one);
  load.update(660e9, 0);
  expect(load.one).toBeLessThan(0.001);
});
