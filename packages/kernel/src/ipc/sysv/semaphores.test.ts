// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { Errno } from "../../abi/errno.ts";
import { SIGKILL } from "../../abi/signal.ts";
import { done, runPrograms } from "../../testing/user-programs.ts";

const IPC_PRIVATE = 0;
const MAY_USE = 0o600;
const DOWN = 0xffff_0000;
const UP = 0x0001_0000;

test("only who waits is among the waiters of a set", async () => {
  await runPrograms(function* (user) {
    const id = yield user.call("semget", IPC_PRIVATE, 1, MAY_USE);
    const operation = user.room(8);
    const set = user.kernel.sysvIpc.semaphores.find(id);
    const down = user.call("semop", id, operation, 1);
    const nap = user.call("nanosleep", user.timespec(1e6), 0);
    user.write32(operation, DOWN);

    const killed = yield user.fork(function* () {
      yield down;
    });
    yield nap;
    expect(set?.waiters.size).toBe(1);
    expect(yield user.call("kill", killed, SIGKILL)).toBe(0);
    expect(yield user.call("wait4", killed, 0, 0, 0)).toBe(killed);
    expect(set?.waiters.size).toBe(0);

    expect(yield user.call("semtimedop", id, operation, 1, user.timespec(1e6))).toBe(-Errno.EAGAIN);
    expect(set?.waiters.size).toBe(0);

    const served = yield user.fork(function* (child) {
      expect(yield down).toBe(0);
      yield child.call("exit", 0);
    });
    yield nap;
    expect(set?.waiters.size).toBe(1);
    user.write32(operation, UP);
    expect(yield user.call("semop", id, operation, 1)).toBe(0);
    expect(yield user.call("wait4", served, 0, 0, 0)).toBe(served);
    expect(set?.waiters.size).toBe(0);
    done();
  });
});
