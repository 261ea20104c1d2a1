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
  const require = createRequire(import.meta.url);
  try {
    const source = join(folder, "test.proto");
    const code = join(folder, "test.cjs");
    await writeFile(source, `syntax = "proto3";\n${schema}`);
    await new Promise<void>((resolve, reject) => {
      const target = ["--target", "static-module", "--wrap", "commonjs", "--root", folder];
      // The code lies outside of the project, where the library's name means nothing.
      const library = ["--dependency", require.resolve("protobufjs/minimal.js")];
      pbjs.main([...target, ...library, "--out", code, source], (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    return require(code) as Awaited<ReturnType<typeof staticCode>>;
  } finally {
    await rm(folder, { recursive: true });
  }
}
