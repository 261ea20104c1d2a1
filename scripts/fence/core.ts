/**
 * The part of the fence that needs types: finds every use that the core makes of the language's own
 * library and holds it against the lists in `allowed.ts`, whatever way the use is written
 * (`Math.sin(x)`, `Math["sin"](x)`, `const { sin } = Math`). Syntax that is banned as such is
 * looked for in the same walk: `**`, async functions, `for...in`, `\p{}`.
 */
import ts from "typescript";
import {
  allowedGlobals,
  allowedMath,
  bannedMembers,
  defaultSorts,
  replacementOf,
} from "./allowed.ts";
import type { Finding, Report } from "./finding.ts";
import { reporter } from "./finding.ts";

/**
 * Checks the sources of one TypeScript project.
 *
 * @param project path of its tsconfig.json
 * @returns what was found, in the order of the files and of the lines
 * @throws Error when the project cannot be read: a fence that sees nothing must not look whole
 */
export function checkCore(project: string): readonly Finding[] {
  const program = openProject(project);
  const checker = program.getTypeChecker();
  const findings: Finding[] = [];
  const sources = program.getSourceFiles().filter((file) => isOwn(program, file));
  if (sources.length === 0) throw new Error(`${project} has no sources of its own`);
  for (const source of sources) {
    const report = reporter(findings, source);
    const visit = (node: ts.Node): void => {
      checkSyntax(node, report);
      checkName(program, checker, node, report);
      checkPattern(checker, node, report);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return findings;
}

function openProject(project: string): ts.Program {
  const host: ts.ParseConfigFileHost = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
    },
  };
  const config = ts.getParsedCommandLineOfConfigFile(project, {}, host);
  if (config === undefined) throw new Error(`cannot read ${project}`);
  return ts.createProgram(config.fileNames, config.options);
}

/** Hand-written and ours; generated code is judged by what it imports only. */
function isOwn(program: ts.Program, file: ts.SourceFile): boolean {
  if (file.isDeclarationFile || program.isSourceFileFromExternalLibrary(file)) return false;
  return !file.fileName.includes("/gen/") && !file.fileName.includes("/node_modules/");
}

// ---------------------------------------------------------------- syntax

function checkSyntax(node: ts.Node, report: Report): void {
  if (ts.isBinaryExpression(node)) return checkPower(node, report);
  if (ts.isForInStatement(node)) {
    return report(node, "for-in", "the order is not defined: walk Object.keys or a Map");
  }
  if (ts.isRegularExpressionLiteral(node)) return checkRegularExpression(node, report);
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) {
    return report(node, "async", replacementOf("Promise"));
  }
  if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(isAsync) === true) {
    report(node, "async", replacementOf("Promise"));
  }
}

const isAsync = (modifier: ts.Modifier): boolean => modifier.kind === ts.SyntaxKind.AsyncKeyword;

/** A power of two that is written out is a constant and exact; every other power is refused. */
function checkPower(node: ts.BinaryExpression, report: Report): void {
  const operator = node.operatorToken.kind;
  const isPower =
    operator === ts.SyntaxKind.AsteriskAsteriskToken ||
    operator === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
  if (!isPower) return;
  const isTwo = /^2n?$/.test(node.left.getText());
  if (isTwo && (ts.isNumericLiteral(node.right) || ts.isBigIntLiteral(node.right))) return;
  report(node.operatorToken, "power", replacementOf("Math.pow"));
}

function checkRegularExpression(node: ts.RegularExpressionLiteral, report: Report): void {
  const end = node.text.lastIndexOf("/");
  const flags = node.text.slice(end + 1);
  const unicodeRule = "the engine's Unicode version decides: list the characters";
  if (/\\[pP]\{/.test(node.text)) report(node, "unicode-property", unicodeRule);
  if (/i/.test(flags) && /[uv]/.test(flags)) report(node, "unicode-case", unicodeRule);
}

// ---------------------------------------------------------------- names

function checkName(
  program: ts.Program,
  checker: ts.TypeChecker,
  node: ts.Node,
  report: Report,
): void {
  if (!ts.isIdentifier(node) && !ts.isStringLiteralLike(node)) return;
  // A string names a member only where it is an index, as in `Math["sin"]`.
  const isIndex =
    ts.isElementAccessExpression(node.parent) && node.parent.argumentExpression === node;
  if (ts.isStringLiteralLike(node) && !isIndex) return;
  // The one global that is declared nowhere.
  if (node.text === "globalThis" && ts.isIdentifier(node)) {
    return report(node, "globalThis", replacementOf("globalThis"));
  }
  const symbol = checker.getSymbolAtLocation(node);
  const declaration = symbol?.declarations?.find((candidate) =>
    program.isSourceFileDefaultLibrary(candidate.getSourceFile()),
  );
  if (symbol === undefined || declaration === undefined) return;
  const owner = declaration.parent;
  if (ts.isInterfaceDeclaration(owner) || ts.isModuleBlock(owner)) {
    return checkMember(ownerName(owner), symbol.name, node, report);
  }
  const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
  const isBannedType = replacementOf(symbol.name) !== replacementOf("");
  if ((isValue || isBannedType) && !allowedGlobals.has(symbol.name)) {
    report(node, symbol.name, replacementOf(symbol.name));
  }
}

const ownerName = (owner: ts.InterfaceDeclaration | ts.ModuleBlock): string =>
  owner.kind === ts.SyntaxKind.ModuleBlock ? owner.parent.name.getText() : owner.name.text;

function checkMember(owner: string, member: string, node: ts.Node, report: Report): void {
  const name = `${owner}.${member}`;
  if (owner === "Math" && !allowedMath.has(member) && !member.startsWith("__@")) {
    return report(node, name, replacementOf(name));
  }
  const replacement = bannedMembers.get(name);
  if (replacement !== undefined) return report(node, name, replacement);
  if (defaultSorts.has(name) && isCalledWithoutArguments(node)) {
    report(node, name, "its order is that of texts: hand in a comparator");
  }
}

function isCalledWithoutArguments(node: ts.Node): boolean {
  const call = node.parent.parent;
  return ts.isCallExpression(call) && call.expression === node.parent && !call.arguments.length;
}

// ---------------------------------------------------------------- patterns and indexes

/** `const { sin } = Math` names a member in a pattern, `Math[name]` hides which one it is. */
function checkPattern(checker: ts.TypeChecker, node: ts.Node, report: Report): void {
  if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
    const owner = checker.getTypeAtLocation(node.parent).symbol as ts.Symbol | undefined;
    const member = (node.propertyName ?? node.name).getText();
    if (owner !== undefined) checkMember(owner.name, member, node, report);
  }
  if (ts.isElementAccessExpression(node) && !ts.isStringLiteralLike(node.argumentExpression)) {
    const owner = checker.getTypeAtLocation(node.expression).symbol as ts.Symbol | undefined;
    if (owner?.name === "Math") report(node, "Math[]", "name the function that you need");
  }
}
