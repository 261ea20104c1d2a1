/**
 * Another build, from its folder: a checkout of Reprise, or a project that has Reprise installed.
 * Only what the package offers to everybody is used of it, so builds of other days can be compared.
 */
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Machine } from "../../core/contract.ts";
import type { Feature, Realm } from "../../core/realm/index.ts";
import { CommandError } from "../command-error.ts";
import { loadFeatures } from "./features-file.ts";

export interface OtherBuild {
  readonly features: readonly Feature[];
  create(): Machine;
}

/** What the package exports, as far as it matters here. */
interface Package {
  readonly createRealm?: (options: { readonly features: readonly Feature[] }) => Realm;
  readonly builtinFeatures?: readonly Feature[];
  readonly featuresOf?: (role: string) => readonly Feature[];
}

export interface OtherBuildOptions {
  /** Whose log it is; null where the log does not say. */
  readonly role: string | null;
  /** Where its features are, within its folder; null: the built-in ones of the role. */
  readonly features: string | null;
}

/**
 * Loads the build that is in a folder, or the one that a module with features belongs to.
 *
 * @param path a folder, or a module whose features are the other build's
 * @throws CommandError when there is no Reprise, or no such features
 */
export function loadBuild(path: string, options: OtherBuildOptions): Promise<OtherBuild> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new CommandError(`${path} does not exist`);
  if (stats.isDirectory()) return buildIn(packageOf(path), path, options);
  const folder = dirname(path);
  // Features that nobody has installed a Reprise for are composed by this one.
  const entry = entryIn(folder) ?? ownEntry();
  return buildIn(entry, folder, { ...options, features: resolve(path) });
}

async function buildIn(
  entry: string,
  folder: string,
  { role, features }: OtherBuildOptions,
): Promise<OtherBuild> {
  const { createRealm, builtinFeatures = [], featuresOf } = await load(entry, folder);
  if (createRealm === undefined) throw new CommandError(`${folder} has a Reprise without a realm`);
  const isOfRole = role === "login" || role === "game";
  const builtin = isOfRole && featuresOf !== undefined ? featuresOf(role) : builtinFeatures;
  const composed =
    features === null ? builtin : await loadFeatures(within(folder, features), role, builtin);
  try {
    const realm = createRealm({ features: composed });
    return { features: composed, create: () => realm.create() };
  } catch (error) {
    throw new CommandError(`the features in ${folder} do not compose: ${(error as Error).message}`);
  }
}

const within = (folder: string, path: string): string =>
  isAbsolute(path) ? path : join(folder, path);

/** Of the package that code in the folder imports; null when there is none. */
function entryIn(folder: string): string | null {
  try {
    return createRequire(join(resolve(folder), "index.js")).resolve("reprise");
  } catch {
    return null;
  }
}

function packageOf(folder: string): string {
  const entry = entryIn(folder);
  if (entry !== null) return entry;
  throw new CommandError(`${folder} has no Reprise: neither is it one, nor is it installed there`);
}

const ownEntry = (): string => createRequire(import.meta.url).resolve("reprise");

async function load(entry: string, folder: string): Promise<Package> {
  try {
    return (await import(pathToFileURL(entry).href)) as Package;
  } catch (error) {
    const why = (error as Error).message.replaceAll("\n", " ");
    throw new CommandError(`${entry} cannot be loaded: ${why}; run npm ci in ${folder} first`);
  }
}
