import { describe, expect, it } from "vitest";
import { grouped, ProgressLine, table } from "../../../src/cli/output.ts";

class FakeTerminal {
  readonly isTTY: boolean;
  readonly columns = 20;
  written = "";

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): boolean {
    this.written += text;
    return true;
  }
}

const on = (terminal: FakeTerminal): ProgressLine =>
  new ProgressLine(terminal as unknown as NodeJS.WriteStream);

describe("output", () => {
  it("groups the digits of large numbers, and leaves fractions alone", () => {
    expect([0, 999, 1_000, 1_234_567, 9_532.079].map(grouped)).toEqual([
      ...["0", "999", "1,000", "1,234,567", "9,532.079"],
    ]);
  });

  it("puts values under each other", () => {
    const lines = table([
      ["a", "1"],
      ["longer", "2"],
    ]);
    expect(lines).toBe("a       1\nlonger  2");
  });

  it("shows progress on a terminal, on one line, not too often, and takes it away", () => {
    const terminal = new FakeTerminal(true);
    const progress = on(terminal);
    progress.show(() => "a text that is longer than the line");
    expect(terminal.written).toContain("a text that is long");
    expect(terminal.written).not.toContain("longer");
    const { written } = terminal;
    progress.show(() => "too soon");
    expect(terminal.written).toBe(written);
    progress.end();
    expect(terminal.written).toBe(`${written}\r\u001b[K`);
  });

  it("shows no progress where nobody looks", () => {
    const pipe = new FakeTerminal(false);
    const progress = on(pipe);
    progress.show(() => "text");
    progress.end();
    expect(pipe.written).toBe("");
  });
});
