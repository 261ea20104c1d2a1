/**
 * Makes the message code in src/core/wire/gen from the schemas in proto, and that of the examples
 * from theirs.
 *
 *     node scripts/gen-proto.ts            writes it
 *     node scripts/gen-proto.ts --check    writes nothing; exit 1 when what is checked in is stale
 *
 * Each schema gets a module and a protobufjs root of its own, so that code which a user generates
 * with any root never meets ours. The output depends on the schemas and the lockfile alone.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import pbjs from "protobufjs-cli/pbjs.js";

const repository = fileURLToPath(new URL("..", import.meta.url));

/**
 * Schemas, and the folders of their modules, from the repository. options.proto is no message:
 * protobufjs and protoc read it with the schema that imports it.
 */
const schemas = {
  "proto/auth.proto": "src/core/wire/gen",
  "proto/common.proto": "src/core/wire/gen",
  "proto/game.proto": "src/core/wire/gen",
  "proto/guild.proto": "src/core/wire/gen",
  "proto/operate.proto": "src/core/wire/gen",
  "proto/packet.proto": "src/core/wire/gen",
  "proto/session.proto": "src/core/wire/gen",
  "examples/campfire/campfire.proto": "examples/campfire/gen",
  "examples/lantern/lantern.proto": "examples/lantern/gen",
  "examples/wallet/wallet.proto": "examples/wallet/gen",
} as const;

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
  for (const [schema, folder] of Object.entries(schemas)) await generate(schema, folder);
} finally {
  await rm(scratch, { recursive: true });
}
if (stale.length > 0) {
  console.error(`stale: ${stale.join(", ")}. Run: node scripts/gen-proto.ts`);
  process.exitCode = 1;
}

async function generate(schema: string, folder: string): Promise<void> {
  const subject = basename(schema, ".proto");
  const path = join(repository, schema);
  const common = ["--path", dirname(path), "--root", `reprise-${subject}`, path];
  // Twice, because comments are wanted in the declarations and make the code twice as long.
  const typed = join(scratch, `${subject}.js`);
  await runPbjs([...pbjsOptions, "--dts", "--out", typed, ...common]);
  const bare = join(scratch, `${subject}.bare.js`);
  await runPbjs([...pbjsOptions, "--no-comments", "--out", bare, ...common]);
  await settle(`${folder}/${subject}.js`, schema, await readFile(bare, "utf8"));
  const declarations = await readFile(join(scratch, `${subject}.d.ts`), "utf8");
  await settle(`${folder}/${subject}.d.ts`, schema, declarations);
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
async function settle(name: string, schema: string, text: string): Promise<void> {
  const path = join(repository, name);
  const banner = `// Made by scripts/gen-proto.ts. Change the schema in ${dirname(schema)} instead.\n`;
  const config = await resolveConfig(path);
  const wanted = await format(banner + text, { ...config, filepath: path });
  if (checking) {
    const found = await readFile(path, "utf8").catch(() => "");
    if (found !== wanted) stale.push(name);
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, wanted);
}
