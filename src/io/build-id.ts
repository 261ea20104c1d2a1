/**
 * Names the code that steps events: a journal's tail may be stepped only by the build that wrote
 * it, so the name must change whenever that code does.
 *
 * It is a hash over the files of the core with its features, and over the lockfile, which fixes the
 * code of others. An installed package has no lockfile; there its own description with its versions
 * takes its place.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What of a program's files decides how events are stepped. */
const isCode = (name: string): boolean => /\.[cm]?[jt]s$/.test(name) && !name.endsWith(".d.ts");

const root = fileURLToPath(new URL("../..", import.meta.url));
let own: string | null = null;

/**
 * The name of this build, 16 hexadecimal digits. Reads about a hundred files the first time.
 *
 * @param features names the code of features that are not built in, empty without any
 */
export function buildId(features: string): string {
  own ??= digestOf(coreFolder(), dependencyFile());
  if (features === "") return own;
  return createHash("sha256").update(`${own}\0${features}`).digest("hex").slice(0, 16);
}

/** The core beside this file: TypeScript in the repository, JavaScript in a package. */
const coreFolder = (): string => fileURLToPath(new URL("../core", import.meta.url));

function dependencyFile(): string {
  const lockfile = join(root, "package-lock.json");
  return existsSync(lockfile) ? lockfile : join(root, "package.json");
}

function digestOf(folder: string, dependencies: string): string {
  const hash = createHash("sha256");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(isCode)
    .map((name) => name.replaceAll("\\", "/"))
    .toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  for (const name of names) {
    const bytes = readFileSync(join(folder, name));
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  if (existsSync(dependencies)) hash.update(readFileSync(dependencies));
  return hash.digest("hex").slice(0, 16);
}
