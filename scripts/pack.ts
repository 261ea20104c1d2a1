/**
 * Makes the package that others install. The repository runs unbuilt, but Node refuses TypeScript
 * below `node_modules`, so the package holds JavaScript without types, and declarations.
 *
 *     node scripts/pack.ts build      src as JavaScript and declarations in dist
 *     node scripts/pack.ts prepare    the same, and package.json as the package has it; `prepack`
 *     node scripts/pack.ts restore    package.json as the repository has it again; `postpack`
 *
 * npm calls the last two around `npm pack`. Should a pack break off in between, the next `prepare`
 * begins with a `restore`.
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const manifestPath = join(root, "package.json");
const keptPath = join(root, "node_modules/.cache/reprise/package.json");

export interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly engines: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Fields that mean something in the repository only. */
const ownFields: ReadonlySet<string> = new Set([
  "private",
  "scripts",
  "devDependencies",
  "optionalDependencies",
]);

/**
 * The manifest of the package: entries in `dist`, and none of the pinned Nodes, which would be a
 * hundred megabytes for somebody who has a Node. So it asks for one that needs no launcher.
 */
export function packedManifest(source: Manifest): Manifest {
  const kept = Object.entries(source).filter(([field]) => !ownFields.has(field));
  const entries = Object.entries(source.exports).map(([name, path]) => [name, built(String(path))]);
  const commands = Object.entries(source.bin).map(([name, path]) => [name, inDist(path)]);
  return {
    ...(Object.fromEntries(kept) as Manifest),
    bin: Object.fromEntries(commands) as Manifest["bin"],
    exports: {
      ...(Object.fromEntries(entries) as Manifest["exports"]),
      "./package.json": "./package.json",
    },
    engines: { node: ">=24.7" },
  };
}

const isPacked = (manifest: Manifest): boolean => manifest["private"] === undefined;
const inDist = (path: string): string => path.replace(/^(\.\/)?src\//, "$1dist/");

/** `./src/index.ts` as both of its halves. */
const built = (path: string): { types: string; default: string } => ({
  types: inDist(path).replace(/\.ts$/, ".d.ts"),
  default: inDist(path).replace(/\.ts$/, ".js"),
});

/** Hand-written JavaScript and what is generated as JavaScript go as they are. */
const copied = ["src/io/*.js", "src/core/wire/gen/*.{js,d.ts}"];

function build(): void {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const config = join(root, "tsconfig.build.json");
  const { status } = spawnSync(process.execPath, [compiler, "-p", config], { stdio: "inherit" });
  if (status !== 0) throw new Error("the sources do not compile");
  for (const path of globSync(copied, { cwd: root })) {
    const target = join(root, path.replace(/^src/, "dist"));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, path), target);
  }
}

function prepare(): void {
  restore();
  build();
  const source = readManifest();
  mkdirSync(dirname(keptPath), { recursive: true });
  copyFileSync(manifestPath, keptPath);
  writeFileSync(manifestPath, `${JSON.stringify(packedManifest(source), null, 2)}\n`);
}

/** Leaves a package.json alone that is the repository's already. */
function restore(): void {
  if (isPacked(readManifest())) {
    if (!existsSync(keptPath)) throw new Error("package.json is lost: take it from git");
    copyFileSync(keptPath, manifestPath);
  }
  rmSync(keptPath, { force: true });
}

const readManifest = (): Manifest => JSON.parse(readFileSync(manifestPath, "utf8")) as Manifest;

const orders: Readonly<Record<string, () => void>> = { build, prepare, restore };

if (import.meta.main) {
  const order = orders[process.argv[2] ?? ""];
  if (order === undefined) throw new Error(`usage: pack.ts ${Object.keys(orders).join("|")}`);
  order();
}
