import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = join(root, "test/types");

/**
 * What the compiler says of a file, under the project's own options.
 *
 * @param instead another text for it
 */
function errorsIn(file: string, instead: string | null = null): readonly string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) =>
    ts.sys.readFile(path),
  );
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  host.readFile = (path) => (path === file && instead !== null ? instead : readFile(path));
  const program = ts.createProgram([file], { ...options, noEmit: true }, host);
  const source = program.getSourceFile(file);
  return [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("the types of features and clients", () => {
  it.each(readdirSync(folder))("[HND-06] every misuse in %s is a compile error", (name) => {
    expect(errorsIn(join(folder, name))).toEqual([]);
  });

  it("[HND-06] a broadcast of something that is no packet does not compile", () => {
    const misuse = 'ctx.broadcast("dark", 1);';
    const source = readFileSync(join(folder, "feature.types.ts"), "utf8");
    expect(source).toContain(misuse);
    const without = source.replace(/.*@ts-expect-error something without a packet type\n/, "");
    expect(without.length).toBeLessThan(source.length);
    const [error, ...others] = errorsIn(join(folder, "feature.types.ts"), without);
    expect(error).toMatch(/^Type '1' has no properties in common with type/);
    expect(others).toEqual([]);
  });
});
