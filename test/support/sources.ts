/** The repository's own sources as syntax trees, for rules about what is in them. */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface Source {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly syntax: ts.SourceFile;
}

export const parsed = (path: string, text: string): Source => ({
  path,
  syntax: ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true),
});

/**
 * Every file that matches, generated ones included, in the order of their paths.
 *
 * @throws Error when there is none: a rule that sees nothing must not look kept
 */
export function sourcesOf(pattern: string): readonly Source[] {
  const paths = globSync(pattern, { cwd: repository }).map((path) => path.replaceAll("\\", "/"));
  if (paths.length === 0) throw new Error(`nothing matches ${pattern}`);
  return paths
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((path) => parsed(path, readFileSync(`${repository}/${path}`, "utf8")));
}

export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesOf(child);
}

function childrenOf(node: ts.Node): readonly ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  return children;
}

/** `path:line` of a node. */
export function placeOf({ path, syntax }: Source, node: ts.Node): string {
  const { line } = syntax.getLineAndCharacterOfPosition(node.getStart(syntax));
  return `${path}:${String(line + 1)}`;
}

/**
 * What a file loads or names the types of, in whatever way it is written: paths relative to the
 * repository for its own files, otherwise the name of a package as it stands there.
 */
export function importsOf(source: Source): readonly string[] {
  const found: string[] = [];
  for (const node of nodesOf(source.syntax)) {
    const specifier = specifierIn(node);
    if (specifier === null) continue;
    const isOwn = specifier.startsWith(".");
    found.push(isOwn ? posix.join(posix.dirname(source.path), specifier) : specifier);
  }
  return found;
}

function specifierIn(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return textOf(node.moduleSpecifier);
  }
  if (ts.isImportEqualsDeclaration(node)) {
    const { moduleReference } = node;
    return ts.isExternalModuleReference(moduleReference)
      ? textOf(moduleReference.expression)
      : null;
  }
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : null;
  }
  if (!ts.isCallExpression(node)) return null;
  const { expression } = node;
  const isImport = expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(expression) && expression.text === "require";
  return isImport || isRequire ? (textOf(node.arguments[0]) ?? "(computed)") : null;
}

const textOf = (node: ts.Node | undefined): string | null =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : null;
