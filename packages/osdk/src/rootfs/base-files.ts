// SPDX-License-Identifier: MPL-2.0

import type { RootTree } from "./tree.ts";

/** Directories that are links since the merge of /usr (Debian's usrmerge). */
const MERGED = ["bin", "sbin", "lib", "lib64"] as const;

/** Files that maintainer scripts copy from templates, which the packages bring. */
const COPIES: readonly { readonly from: string; readonly to: string }[] = [
  { from: "usr/share/base-passwd/passwd.master", to: "etc/passwd" },
  { from: "usr/share/base-passwd/group.master", to: "etc/group" },
  { from: "usr/share/base-files/nsswitch.conf", to: "etc/nsswitch.conf" },
  { from: "usr/share/base-files/profile", to: "etc/profile" },
  { from: "usr/share/base-files/dot.profile", to: "root/.profile" },
  { from: "usr/share/base-files/dot.bashrc", to: "root/.bashrc" },
];

const TEXTS: Readonly<Record<string, string>> = {
  "etc/hostname": "aster\n",
  "etc/hosts": "127.0.0.1\tlocalhost aster\n",
  "etc/shells": "/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/dash\n/usr/bin/dash\n",
};

/** What has to be there before packages are unpacked. */
export function prepareRoot(tree: RootTree): void {
  for (const name of MERGED) {
    tree.makeDirectory(`usr/${name}`);
    tree.makeSymlink(name, `usr/${name}`);
  }
}

/** What maintainer scripts would do, and programs cannot do without. */
export function finishRoot(tree: RootTree): void {
  for (const name of ["dev", "proc", "sys", "run", "mnt", "etc", "var/tmp"])
    tree.makeDirectory(name);
  tree.makeDirectory("root", 0o700);
  tree.makeDirectory("tmp", 0o1777);
  for (const { from, to } of COPIES) {
    const content = tree.read(from);
    if (content !== undefined && !tree.exists(to)) tree.makeFile(to, content);
  }
  for (const [path, text] of Object.entries(TEXTS)) {
    if (!tree.exists(path)) tree.makeFile(path, text);
  }
}
