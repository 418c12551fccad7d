// SPDX-License-Identifier: MPL-2.0

import { describeFileSystem } from "../contract/file-system-contract.ts";

describeFileSystem("ramfs", {
  mount({ thread }) {
    thread.call("mkdir", "/mnt", 0o755);
    thread.call("mount", "none", "/mnt", "ramfs", 0, 0);
    return "/mnt";
  },
});

describeFileSystem("tmpfs", {
  mount({ thread }) {
    thread.call("mkdir", "/mnt", 0o755);
    thread.call("mount", "none", "/mnt", "tmpfs", 0, "mode=755");
    return "/mnt";
  },
});
