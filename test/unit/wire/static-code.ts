/** Static code as a user would generate it, made from a schema on the spot. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pbjs from "protobufjs-cli/pbjs.js";
import type { MessageType } from "../../../src/core/wire/index.ts";

/**
 * The messages of the schema by name.
 *
 * @param schema proto3 text without a package
 */
export async function staticCode(
  schema: string,
): Promise<Readonly<Record<string, MessageType<Record<string, unknown>, object>>>> {
  const folder = await mkdtemp(join(tmpdir(), "reprise-schema-"));
  try {
    const path = join(folder, "test.proto");
    await writeFile(path, `syntax = "proto3";\n${schema}`);
    const code = await new Promise<string>((resolve, reject) => {
      const options = ["--target", "static-module", "--wrap", "commonjs", "--root", folder];
      pbjs.main([...options, path], (error, output) => {
        if (error || output === undefined) reject(error ?? new Error("no code"));
        else resolve(output);
      });
    });
    const module = { exports: {} };
    new Function("module", "exports", "require", code)(
      module,
      module.exports,
      createRequire(import.meta.url),
    );
    return module.exports;
  } finally {
    await rm(folder, { recursive: true });
  }
}
