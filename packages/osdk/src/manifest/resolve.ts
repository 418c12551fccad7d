// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Action, Boot, Build, Grub, Manifest, Qemu, Scheme } from "./schema.ts";
import type { Architecture } from "./values.ts";

/** The options that hold for one action, after schemes and inheritance. */
export interface ResolvedAction {
  readonly build: Build;
  readonly boot: Boot;
  readonly grub: Grub;
  readonly qemu: Qemu;
  readonly supportedArchs: readonly Architecture[] | undefined;
}

export class UnknownSchemeError extends OsdkError {
  override readonly name: string = "UnknownSchemeError";

  constructor(name: string, known: readonly string[]) {
    const list =
      known.length === 0 ? "the manifest has none" : `expected one of ${known.join(", ")}`;
    super(ExitCode.MANIFEST, `unknown scheme "${name}"; ${list}`);
  }
}

/**
 * The options of `action` by the Book's chapter "Scheme": the selected scheme's action, then the
 * scheme, then the default scheme's action, then the default scheme. A value comes from the
 * first of these that has it; lists are joined, the general first, and each is taken once.
 * `above` are the layers of the command line, the strongest last.
 */
export function resolveAction(
  manifest: Manifest,
  action: "run" | "test" | "build",
  schemeName?: string,
  above: readonly Manifest[] = [],
): ResolvedAction {
  const schemes = manifest.scheme ?? {};
  const selected = schemeName === undefined ? undefined : schemes[schemeName];
  if (schemeName !== undefined && selected === undefined) {
    throw new UnknownSchemeError(schemeName, Object.keys(schemes));
  }
  const actionOf = (scheme: Scheme | undefined): Action | undefined =>
    action === "build" ? undefined : scheme?.[action];
  const generalFirst = [manifest, actionOf(manifest), selected, actionOf(selected), ...above];
  const join = <T extends object>(pick: (from: Action) => T | undefined): T =>
    joinSections(generalFirst.map((layer) => (layer === undefined ? undefined : pick(layer))));
  return {
    build: join<Build>((layer) => layer.build),
    boot: join<Boot>((layer) => layer.boot),
    grub: join<Grub>((layer) => layer.grub),
    qemu: join<Qemu>((layer) => layer.qemu),
    supportedArchs:
      above.findLast((layer) => layer.supported_archs !== undefined)?.supported_archs ??
      selected?.supported_archs ??
      manifest.supported_archs,
  };
}

/** Lays sections over each other: the later wins, lists are joined. */
function joinSections<T extends object>(sections: readonly (T | undefined)[]): T {
  const joined: Record<string, unknown> = {};
  for (const section of sections) {
    for (const [key, value] of Object.entries(section ?? {})) {
      const before = joined[key];
      if (Array.isArray(value) && Array.isArray(before)) {
        joined[key] =
          key === "kcmd_args" ? joinKernelArguments(before, value) : [...before, ...value];
      } else if (value !== undefined) {
        joined[key] = value;
      }
    }
  }
  return joined as T;
}

/** A KEY that comes again takes the place of the earlier one; `console` may stand several times. */
export function joinKernelArguments(before: readonly string[], after: readonly string[]): string[] {
  const keyOf = (argument: string): string => argument.split("=", 1)[0] ?? argument;
  const joined = [...before];
  for (const argument of after) {
    const key = keyOf(argument);
    const index = key === "console" ? -1 : joined.findIndex((other) => keyOf(other) === key);
    if (index >= 0) joined[index] = argument;
    else joined.push(argument);
  }
  return joined;
}
