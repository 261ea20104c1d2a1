/**
 * Makes the message code in src/core/wire/gen from the schemas in proto.
 *
 *     node scripts/gen-proto.ts            writes it
 *     node scripts/gen-proto.ts --check    writes nothing; exit 1 when what is checked in is stale
 *
 * Each schema gets a module and a protobufjs root of its own, so that code which a user generates
 * with any root never meets ours. The output depends on the schemas and the lockfile alone.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import pbjs from "protobufjs-cli/pbjs.js";

const protoFolder = fileURLToPath(new URL("../proto", import.meta.url));
const outFolder = fileURLToPath(new URL("../src/core/wire/gen", import.meta.url));

/** options.proto is no message: protobufjs and protoc read it with the schema that imports it. */
const subjects = ["common", "packet", "session"] as const;

/** Only encode and decode: the rest of static code is reflection that nobody here asks for. */
const pbjsOptions = [
  ...["--target", "static-module", "--wrap", "esm", "--es6", "--sparse", "--alt-comment"],
  ...["--no-create", "--no-verify", "--no-convert", "--no-delimited", "--no-typeurl"],
  "--no-service",
];

const stale: string[] = [];
const checking = process.argv.includes("--check");
const scratch = await mkdtemp(join(tmpdir(), "reprise-proto-"));
try {
  for (const subject of subjects) await generate(subject);
} finally {
  await rm(scratch, { recursive: true });
}
if (stale.length > 0) {
  console.error(`stale: ${stale.join(", ")}. Run: node scripts/gen-proto.ts`);
  process.exitCode = 1;
}

async function generate(subject: string): Promise<void> {
  const schema = join(protoFolder, `${subject}.proto`);
  const common = ["--path", protoFolder, "--root", `reprise-${subject}`, schema];
  // Twice, because comments are wanted in the declarations and make the code twice as long.
  const typed = join(scratch, `${subject}.js`);
  await runPbjs([...pbjsOptions, "--dts", "--out", typed, ...common]);
  const bare = join(scratch, `${subject}.bare.js`);
  await runPbjs([...pbjsOptions, "--no-comments", "--out", bare, ...common]);
  await settle(`${subject}.js`, await readFile(bare, "utf8"));
  await settle(`${subject}.d.ts`, await readFile(join(scratch, `${subject}.d.ts`), "utf8"));
}

function runPbjs(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    pbjs.main([...args], (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Writes one file as Prettier lays it out, or notes that it differs. */
async function settle(name: string, text: string): Promise<void> {
  const path = join(outFolder, name);
  const banner = "// Made by scripts/gen-proto.ts. Change the schema in proto instead.\n";
  const config = await resolveConfig(path);
  const wanted = await format(banner + text, { ...config, filepath: path });
  if (checking) {
    const found = await readFile(path, "utf8").catch(() => "");
    if (found !== wanted) stale.push(`src/core/wire/gen/${name}`);
    return;
  }
  await mkdir(outFolder, { recursive: true });
  await writeFile(path, wanted);
}
