/**
 * A walk-through in Markdown as what its reader does: he inserts blocks into files, makes new files
 * and types commands, in the order of the page.
 *
 *     In `path`, below `beginning of a line`:     and a block: it goes below that line
 *     New file `path`:                            and a block: the whole file
 *     a block of language `sh`                    commands; what they print may follow as `text`
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export type Step =
  | {
      readonly kind: "insert";
      readonly path: string;
      readonly below: string;
      readonly text: string;
    }
  | { readonly kind: "create"; readonly path: string; readonly text: string }
  | { readonly kind: "type"; readonly commands: readonly string[]; readonly shown: string | null };

/** @throws for a block that says neither where it goes nor what is typed */
export function stepsOf(markdown: string): readonly Step[] {
  const steps: Step[] = [];
  let end = 0;
  for (const block of markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    const [whole, language = "", text = ""] = block;
    const line = markdown.slice(end, block.index).trim().split("\n").at(-1) ?? "";
    end = block.index + whole.length;
    const insert = /^In `([^`]+)`, below `([^`]+)`:$/.exec(line);
    const create = /^New file `([^`]+)`:$/.exec(line);
    const last = steps.at(-1);
    if (insert !== null) {
      const [, path = "", below = ""] = insert;
      steps.push({ kind: "insert", path, below, text });
    } else if (create !== null) {
      steps.push({ kind: "create", path: create[1] ?? "", text });
    } else if (language === "sh") {
      steps.push({ kind: "type", commands: text.trim().split("\n"), shown: null });
    } else if (language === "text" && line === "" && last?.kind === "type") {
      steps[steps.length - 1] = { ...last, shown: text };
    } else throw new Error(`what is done with the block below "${line}"?`);
  }
  return steps;
}

/** Does to the files of a checkout what the reader does. */
export function apply(step: Exclude<Step, { kind: "type" }>, checkout: string): void {
  const path = join(checkout, step.path);
  if (step.kind === "create") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, step.text, { flag: "wx" });
    return;
  }
  const lines = readFileSync(path, "utf8").split("\n");
  const found = lines.flatMap((line, at) => (line.trim().startsWith(step.below) ? [at] : []));
  if (found.length !== 1) {
    throw new Error(`${step.path}: ${found.length} lines begin with "${step.below}", not one`);
  }
  lines.splice((found[0] ?? 0) + 1, 0, ...step.text.replace(/\n$/, "").split("\n"));
  writeFileSync(path, lines.join("\n"));
}
