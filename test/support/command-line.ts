/** Runs the `reprise` command in this process and keeps what it writes. */
import { vi } from "vitest";
import { main } from "../../src/cli/main.ts";

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function reprise(...argv: string[]): Promise<CommandRun> {
  let out = "";
  let err = "";
  const spies = [
    vi
      .spyOn(console, "log")
      .mockImplementation((line: unknown) => void (out += `${String(line)}\n`)),
    vi
      .spyOn(console, "error")
      .mockImplementation((line: unknown) => void (err += `${String(line)}\n`)),
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += String(text);
      return true;
    }),
  ];
  try {
    const code = await main(argv);
    return { code, out, err };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
