// SPDX-License-Identifier: MPL-2.0

/** What an image runs. */
export type Program =
  /** The module whose default export is a kernel (`main(…)` of OSTD). */
  | { readonly kernel: string }
  /** A module that registers kernel-mode tests; the kernel's command line says which one runs. */
  | { readonly ktests: string }
  /** A module that takes the machine itself (`takeNative`), for tests of `@aster/bare`. */
  | { readonly script: string };
