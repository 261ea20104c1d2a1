/**
 * Compiles the statecharts of `src/charts` to the tables in `src/core/kernel/charts`.
 *
 *     node scripts/compile-charts.ts           writes what has changed
 *     node scripts/compile-charts.ts --check   writes nothing; exit 1 when a table is stale
 *
 * A chart is a file that exports one XState machine; its table has the file's name.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { StateMachine, type AnyStateMachine } from "xstate";
import { compile } from "../src/charts/compiler/compile.ts";
import type { CompiledChart } from "../src/core/kernel/statechart.ts";

const root = join(import.meta.dirname, "..");

interface TableFile {
  /** From the repository's root. */
  readonly path: string;
  /** What it should hold. */
  readonly text: string;
  readonly isStale: boolean;
}

/** Compiles every chart, and compares with the tables that are there. Writes nothing. */
export async function compileCharts(): Promise<readonly TableFile[]> {
  const files = await readdir(join(root, "src/charts"), { withFileTypes: true });
  const names = files.filter((file) => file.isFile() && file.name.endsWith(".ts"));
  return Promise.all(names.map((file) => compileChart(file.name.slice(0, -".ts".length))));
}

async function compileChart(name: string): Promise<TableFile> {
  const source = `src/charts/${name}.ts`;
  const exported = (await import(join(root, source))) as Record<string, unknown>;
  const machines = Object.values(exported).filter((value) => value instanceof StateMachine);
  const [machine] = machines as AnyStateMachine[];
  if (machine === undefined || machines.length > 1) {
    throw new Error(`${source} exports ${machines.length} machines; a chart is one`);
  }
  const path = `src/core/kernel/charts/${name}.table.ts`;
  const text = await tableText(name, compile(machine));
  const present = await readFile(join(root, path), "utf8").catch(() => null);
  return { path, text, isStale: present !== text };
}

async function tableText(name: string, table: CompiledChart): Promise<string> {
  const variable = `${name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Table`;
  const text =
    `// Made by scripts/compile-charts.ts from src/charts/${name}.ts. Not to be edited.\n` +
    'import type { CompiledChart } from "../statechart.ts";\n\n' +
    `export const ${variable} = ${JSON.stringify(table)} as const satisfies CompiledChart;\n`;
  const config = await resolveConfig(join(root, "package.json"));
  return format(text, { ...config, parser: "typescript" });
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--check");
  if (unknown !== undefined) {
    process.stderr.write(`compile-charts: unknown argument ${unknown}; only --check is known\n`);
    return 2;
  }
  const stale = (await compileCharts()).filter((table) => table.isStale);
  if (args.includes("--check")) {
    for (const { path } of stale) {
      process.stderr.write(`${path} is stale: run node scripts/compile-charts.ts\n`);
    }
    return stale.length === 0 ? 0 : 1;
  }
  for (const { path, text } of stale) {
    await writeFile(join(root, path), text);
    process.stdout.write(`wrote ${path}\n`);
  }
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
