/**
 * Features of users on the command line: `--features FILE` names a module that exports them. Which
 * build they are composed by is decided by what the file itself imports.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Feature } from "../../core/realm/index.ts";
import { CommandError } from "../command-error.ts";

/**
 * The features that a module exports: as `features` or as its default, a list or a function that is
 * given the role and returns one. A module that exports single features only adds them to those of
 * the role, in the order of their names.
 *
 * @param path of a module, JavaScript or TypeScript that Node can strip
 * @param role whose log it is; null where the log does not say
 * @param builtin what the role has without the module
 * @throws CommandError when there is no such file, it throws, or exports no feature
 */
export async function loadFeatures(
  path: string,
  role: string | null,
  builtin: readonly Feature[],
): Promise<readonly Feature[]> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new CommandError(`${path} is no file: --features takes a module that exports features`);
  }
  const exported = await exportedBy(path);
  const given = exported["features"] ?? exported["default"];
  const list: unknown = typeof given === "function" ? (given as RoleFeatures)(role) : given;
  if (Array.isArray(list) && list.length > 0 && list.every(isFeature)) return list;
  const single = Object.keys(exported)
    .toSorted()
    .map((name) => exported[name])
    .filter(isFeature);
  if (list === undefined && single.length > 0) return [...builtin, ...single];
  throw new CommandError(`${path} exports no features: export a list of them as "features"`);
}

type RoleFeatures = (role: string | null) => unknown;

/**
 * What a module exports, by name.
 *
 * @throws CommandError when it cannot be loaded
 */
export async function exportedBy(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new CommandError(`${path} cannot be loaded: ${(error as Error).message}`);
  }
}

const isFeature = (value: unknown): value is Feature =>
  typeof value === "object" &&
  value !== null &&
  "declaration" in value &&
  "implementation" in value;
