/** What the fence reports: where, which rule, and what to do instead. */
import type ts from "typescript";

export interface Finding {
  /** As TypeScript names it: absolute, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

export type Report = (node: ts.Node, rule: string, message: string) => void;

/** Adds to `findings` with the place of the node in `source`. */
export function reporter(findings: Finding[], source: ts.SourceFile): Report {
  return (node, rule, message) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    findings.push({ file: source.fileName, line: line + 1, rule, message });
  };
}
