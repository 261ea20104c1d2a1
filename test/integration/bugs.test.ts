/**
 * docs/BUGS.md holds: its commands are typed where it says, in their order, and print what it
 * shows. The log is an old one and is never written again, so every letter is compared.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { expectReplay } from "reprise/testing";
import { run, mainFile } from "../support/served.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "test/fixtures/bugs");
const page = readFileSync(join(root, "docs/BUGS.md"), "utf8");
const typed = [...page.matchAll(/^```sh\n(.*)\n```\n\n```text\n([\s\S]*?)\n```$/gm)].map(
  ([, command = "", shown = ""]) => ({ command, shown }),
);

/** The shell's part of a command is little: words, and what follows a pipe. */
const wordsOf = (command: string): readonly string[] => {
  const [own = ""] = command.split(" | ");
  return own.split(" ").slice(2);
};

describe("docs/BUGS.md", () => {
  it("types all that it shows", () => {
    expect(typed).toHaveLength(page.match(/^```sh$/gm)?.length ?? 0);
    expect(typed.every(({ command }) => command.startsWith("npx reprise "))).toBe(true);
  });

  it("[RPL-08] prints what it shows, from the report to the fix", async () => {
    const scratch = temporaryFolder();
    const here = (text: string): string => text.replaceAll("/tmp", scratch);
    for (const { command, shown } of typed) {
      const words = wordsOf(here(command));
      const { out, err } = await run(process.execPath, [mainFile, ...words], { cwd: folder });
      const printed = (out + err).trim().replaceAll(scratch, "/tmp");
      const seen = command.endsWith("| tail -1") ? printed.split("\n").at(-1) : printed;
      expect(`${command}\n${seen ?? ""}`).toBe(`${command}\n${shown}`);
    }
    const story = expectReplay(join(scratch, "story"), {
      features: (await import("../fixtures/bugs/features.ts")).features,
      outputs: "any",
    });
    await expect(story).rejects.toThrow("broken: lantern: what is lit will burn out");
    const { features } = await import("../fixtures/bugs/fixed/features.ts");
    expect(await expectReplay(join(scratch, "story"), { features, outputs: "any" })).toMatchObject({
      events: 22,
    });
  });

  it("shows the lines that the bug and its fix are", () => {
    for (const [file, line] of [
      ["lantern.ts", "ctx.state.lit.delete(ctx.state.lastId);"],
      ["fixed/lantern.ts", "ctx.state.lit.delete(id);"],
    ] as const) {
      expect(page).toContain(line);
      expect(readFileSync(join(folder, file), "utf8")).toContain(line);
    }
  });
});
