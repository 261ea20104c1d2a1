/**
 * The part of the fence that needs no types.
 *
 * - Sockets and timers wait while a file is read or written by a `...Sync` call. `src/io` may make
 *   such calls only in the files below, all of which run before the server listens.
 * - A constructor has no effect outside its object: whoever is told of the object, or whatever is
 *   set going, would meet it unfinished. Acting belongs into `start`, `open` or `listen`.
 */
import ts from "typescript";
import type { Finding, Report } from "./finding.ts";
import { reporter } from "./finding.ts";

/** Files of `src/io` that may block, each for the reason given. */
export const mayBlock: ReadonlyMap<string, string> = new Map([
  ["src/io/accounts/argon2.ts", "passwords are hashed by threads made for it, and by commands"],
  ["src/io/accounts/call-scope.ts", "the name is read, or made, before the server listens"],
  ["src/io/accounts/schema.ts", "the schema is brought up to date when the database is opened"],
  ["src/io/accounts/sqlite-store.ts", "the database blocks a thread of its own, and commands"],
  ["src/io/accounts/token-keys.ts", "the keys are read, or made, before the server listens"],
  ["src/io/build-id.ts", "the code is hashed before the server listens"],
  ["src/io/certificate.ts", "the certificate is read, or made, before the server listens"],
  ["src/io/journal-keys.ts", "keys are read before the journals are"],
  ["src/io/config.ts", "the configuration is read before anything else happens"],
  [
    "src/io/folders.ts",
    "folders are made for the lock and the certificate, before the server listens",
  ],
  ["src/io/descriptors.ts", "the limit is read once, at the start"],
  ["src/io/lock.ts", "the data folder is locked before it is read, and freed after the last write"],
  ["src/io/log.ts", "the log is opened before anything is logged, and flushed at the very end"],
  ["src/io/process-identity.ts", "processes are compared at start and by the other commands"],
  ["src/io/start-record.ts", "the number is written just before the server listens"],
  ["src/io/replace-file.ts", "keys, certificate and run.json are written around the start"],
  ["src/io/run-record.ts", "run.json is written once the server listens, and removed at its end"],
]);

/** Names that end in Sync and wait for nothing. */
const harmless: ReadonlySet<string> = new Set(["randomFillSync"]);

/** Calls that act at once, whatever they are called on. */
const acting: ReadonlySet<string> = new Set(
  (
    "listen connect open start spawn send write end close destroy emit dispatchEvent " +
    "setTimeout setInterval setImmediate queueMicrotask fetch"
  ).split(" "),
);

/**
 * @param path relative to the repository, with `/`
 * @param text the file's text
 */
export function checkSyntax(path: string, text: string): readonly Finding[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const findings: Finding[] = [];
  const report = reporter(findings, source);
  const blocks = path.startsWith("src/io/") && !mayBlock.has(path);
  const visit = (node: ts.Node): void => {
    if (blocks && ts.isIdentifier(node) && isBlocking(node.text)) {
      report(
        node,
        "sync-call",
        `${node.text} stops the server: order it by a Syscall, or await it`,
      );
    }
    if (ts.isConstructorDeclaration(node) && node.body) checkConstructor(node.body, report);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}

const isBlocking = (name: string): boolean => /[a-z]Sync$/.test(name) && !harmless.has(name);

function checkConstructor(body: ts.Node, report: Report): void {
  const visit = (node: ts.Node): void => {
    // What a constructor only defines runs later.
    if (ts.isFunctionLike(node)) return;
    if (ts.isCallExpression(node)) {
      const called = calledName(node);
      if (acting.has(called)) {
        report(node, "constructor", `the object is not finished: call ${called} in a start method`);
      }
      if (node.arguments.some(({ kind }) => kind === ts.SyntaxKind.ThisKeyword)) {
        report(node, "constructor", "the object is not finished: tell others in a start method");
      }
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
}

function calledName({ expression }: ts.CallExpression): string {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : "";
}
