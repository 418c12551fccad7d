// SPDX-License-Identifier: MPL-2.0

import { ExitCode, FrameAllocOptions, PAGE_SIZE, PageFlags, PageProperty } from "@aster/ostd";
import { Reg, ReturnReason, Task, TaskOptions, UserContext, UserMode } from "@aster/ostd";
import { type Kernel, VmSpace, alignUp, main, panic, poweroff, printBytes } from "@aster/ostd";
import { helloElf } from "./hello.generated.ts";

/** Where a statically linked program is mapped, and where its code starts. */
const MAP_ADDR = 0x40_0000;
const ENTRY_POINT = 0x40_1000;

/** Numbers of the system calls that this kernel has. */
const SYS_WRITE = 1;
const SYS_EXIT = 60;

/**
 * OSTD manages boot and initialization. Once the kernel's environment is ready, the entry that is
 * marked with `main` runs as the first task.
 */
const kernel: Kernel = main(() => {
  const vmSpace = createVmSpace(helloElf());
  vmSpace.activate();
  const task = createUserTask(vmSpace);
  task.run();
});

export default kernel;

function createVmSpace(program: Uint8Array): VmSpace {
  const nbytes = alignUp(program.length, PAGE_SIZE);

  // Physical memory is accessed through the `UFrame` and `USegment` abstractions only. A handle
  // is owned: `using` ends it with the scope, while the mappings below keep the frames.
  using userPages =
    new FrameAllocOptions().allocSegment(nbytes / PAGE_SIZE) ?? panic("out of memory");
  userPages.writeBytes(0, program);

  // The page table of a user space is created and changed safely through `VmSpace`.
  const vmSpace = VmSpace.create() ?? panic("out of memory");
  const cursor = vmSpace.cursorMut(MAP_ADDR, nbytes);
  if (typeof cursor === "string") {
    panic(`no such range of user space: ${cursor}`);
  }
  const property = PageProperty.newUser(PageFlags.RWX);
  for (using frame of userPages.frames()) {
    cursor.map(frame, property);
  }
  return vmSpace;
}

function createUserTask(vmSpace: VmSpace): Task {
  // Tasks are managed by OSTD; who runs when is decided by a scheduler that a kernel may inject.
  return new TaskOptions(userTask).data(vmSpace).build();
}

async function userTask(): Promise<void> {
  const vmSpace = Task.current()?.data;
  if (!(vmSpace instanceof VmSpace)) {
    panic("a user task has an address space");
  }

  // Going to user space and back is done by the `UserMode` abstraction.
  const userMode = new UserMode(createUserContext());
  for (;;) {
    // `execute` returns on a system call, on an exception, or when the kernel has something to do.
    const reason = userMode.execute();
    if (reason === ReturnReason.SYSCALL) {
      handleSyscall(userMode.context, vmSpace);
    } else if (reason === ReturnReason.EXCEPTION) {
      panic(`exception ${userMode.context.trapVector} in user space`);
    } else {
      await Task.yieldNow();
    }
  }
}

function createUserContext(): UserContext {
  // The registers of user space can be set to any value through `UserContext`.
  const context = UserContext.create();
  context.rip = ENTRY_POINT;
  return context;
}

function handleSyscall(context: UserContext, vmSpace: VmSpace): void {
  switch (context.rax) {
    case SYS_WRITE: {
      const [address, length] = [context.reg(Reg.RSI), context.reg(Reg.RDX)];
      // Data is copied from user space; a bad address is an error that is returned, not a crash.
      const reader = vmSpace.reader(address, length);
      if (typeof reader === "string") {
        panic(`write of memory that is not the user's: ${reader}`);
      }
      const bytes = new Uint8Array(length);
      const copied = reader.readBytes(bytes);
      printBytes(bytes.subarray(0, copied));
      context.rax = copied;
      break;
    }
    case SYS_EXIT:
      poweroff(ExitCode.SUCCESS);
    default:
      panic(`system call ${context.rax} is not implemented`);
  }
}
