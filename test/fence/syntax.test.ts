import { describe, expect, it } from "vitest";
import { checkSyntax, mayBlock } from "../../scripts/fence/syntax.ts";

const rules = (path: string, text: string): readonly string[] =>
  checkSyntax(path, text).map(({ rule }) => rule);

describe("blocking calls", () => {
  it.each([
    'import { readFileSync } from "node:fs";',
    'import * as fs from "node:fs"; fs.writeSync(1, "x");',
    'import fs from "node:fs"; fs["x"] = 1; fs.fsyncSync(1);',
  ])("are refused in src/io: %s", (text) => {
    expect(rules("src/io/tcp.ts", text)).toContain("sync-call");
  });

  it("are not those that wait for nothing", () => {
    expect(rules("src/io/platform.ts", "randomFillSync(new Uint8Array(4));")).toEqual([]);
  });

  it("are for start-up, and for those who serve nobody", () => {
    const text = 'import { readFileSync } from "node:fs";';
    for (const path of [...mayBlock.keys(), "src/cli/main.ts"])
      expect(rules(path, text)).toEqual([]);
  });
});

describe("constructors", () => {
  const withConstructor = (body: string): string =>
    `class Session { #socket; #timer = 1; constructor(socket: any) { ${body} } }`;

  it.each([
    "socket.listen(1);",
    "this.start();",
    "setTimeout(() => 1, 1);",
    "registry.add(this);",
    "if (socket) { socket.write(1); }",
  ])("[PIT-01] have no effect outside their object: %s", (body) => {
    expect(rules("src/io/session.ts", withConstructor(body))).toEqual(["constructor"]);
  });

  it.each([
    "this.#socket = socket;",
    "this.#socket = new Wrapper(this);",
    "this.#socket = () => { socket.write(1); };",
    "this.#timer = Math.max(socket.size, 1);",
  ])("may build what they own: %s", (body) => {
    expect(rules("src/io/session.ts", withConstructor(body))).toEqual([]);
  });
});
