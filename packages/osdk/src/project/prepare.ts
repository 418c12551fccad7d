// SPDX-License-Identifier: MPL-2.0

import { dirname } from "node:path";
import type { OptionValues } from "../cli/take-options.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { ResolvedAction } from "../manifest/resolve.ts";
import type { Manifest } from "../manifest/schema.ts";
import type { Architecture } from "../manifest/values.ts";
import { targetArchitecture } from "./architecture.ts";
import { findPlace, type Place } from "./project.ts";

/** All that a command needs to know before it builds or boots. */
export interface Prepared {
  readonly place: Place;
  readonly action: ResolvedAction;
  /** File names of the manifest are relative to this folder. */
  readonly manifestDirectory: string;
  readonly arch: Architecture;
  readonly scheme: string | undefined;
}

/** Finds project and manifest, and lays the command line above the manifest. Throws `OsdkError`. */
export async function prepare(
  command: "build" | "run" | "test",
  values: OptionValues,
  cwd: string,
): Promise<Prepared> {
  const found = findPlace(cwd);
  const scheme = values.get("scheme")?.[0];
  const manifest = found.manifest === undefined ? {} : await readManifest(found.manifest);
  const place = withProjectType(found, manifest);
  const action = await resolveOptions(command, values, manifest, cwd);
  checkEncoding(action);
  const arch = targetArchitecture({
    option: values.get("target-arch")?.[0],
    method: action.boot.method ?? "builtin",
    supported: action.supportedArchs,
  });
  const manifestDirectory = place.manifest === undefined ? cwd : dirname(place.manifest);
  return { place, action, manifestDirectory, arch, scheme };
}

/** A project's own manifest knows better than its code what it is. */
function withProjectType(place: Place, { project_type: type }: Manifest): Place {
  const [project, other] = place.projects;
  if (type === undefined || project === undefined || other !== undefined) return place;
  const isOwn = place.manifest !== undefined && dirname(place.manifest) === project.directory;
  return isOwn ? { ...place, projects: [{ ...project, type }] } : place;
}

async function resolveOptions(
  command: "build" | "run" | "test",
  values: OptionValues,
  manifest: Manifest,
  cwd: string,
): Promise<ResolvedAction> {
  const { resolveAction } = await import("../manifest/resolve.ts");
  const { actionOfOptions } = await import("../manifest/command-line.ts");
  const above: Manifest[] = [];
  for (const assignment of values.get("config") ?? []) {
    const { manifestOfConfig } = await import("../manifest/config-option.ts");
    above.push(manifestOfConfig(assignment));
  }
  above.push(actionOfOptions(values, cwd));
  return resolveAction(manifest, command, values.get("scheme")?.[0], above);
}

async function readManifest(file: string): Promise<Manifest> {
  const { readManifestCached } = await import("../manifest/cache.ts");
  return readManifestCached(file);
}

/** By the Book only the boot protocol `linux` knows packed kernels. */
function checkEncoding({ build, grub }: ResolvedAction): void {
  const { encoding = "raw" } = build;
  const protocol = grub.boot_protocol ?? "multiboot2";
  if (encoding === "raw" || protocol === "linux") return;
  throw new OsdkError(
    ExitCode.MANIFEST,
    `the encoding ${encoding} needs grub.boot_protocol = "linux", and it is "${protocol}"`,
  );
}
