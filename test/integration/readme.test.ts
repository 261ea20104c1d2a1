/**
 * README.md holds. Its commands are typed into a copy of the repository, in their order, as whoever
 * reads it would type them: default ports, default folders. What it shows as their output must be
 * what they print, but for the numbers. Its TypeScript stands in files that are type-checked.
 */
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listedPaths } from "../../scripts/tidy.ts";
import { faultNames } from "../../src/sim/index.ts";
import { until } from "../support/condition.ts";
import { checkOut, Newcomer } from "../support/newcomer.ts";
import type { Run } from "../support/newcomer.ts";

const repository = join(import.meta.dirname, "../..");
const readme = readFileSync(join(repository, "README.md"), "utf8");

// ---------------------------------------------------------------- what the README says

const blocks = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = "", text = ""]) => ({ language, text: text.trim() }),
);
const blocksIn = (language: string): readonly string[] =>
  blocks.filter((block) => block.language === language).map(({ text }) => text);

/** Commands, each with the output that is shown right below it, or null. */
const typed = blocks.flatMap(({ language, text: command }, index) => {
  if (language !== "sh") return [];
  const next = blocks[index + 1];
  return [{ command, shown: next?.language === "text" ? next.text : null }];
});

/**
 * What is typed instead, so that the test takes a minute: the same commands, for a shorter time.
 * Applied in this order, and each must have something to be applied to.
 */
const substitutions: readonly (readonly [written: string, instead: string])[] = [
  // This checkout has its packages; that `npm ci` brings them is what CI begins with.
  ["npm ci && npm start", "npm start"],
  ["--seconds 20 &", "--seconds 12 --timeout-ms 2000 &"],
  ["--seconds 20", "--seconds 3"],
  // The middle of a load: its first hundreds of events stand in the journal.
  [
    "sleep 10",
    'until [ "$(cat data/game/journal/*.segment | wc -c)" -gt $((JOURNAL_BYTES + 100000)) ]\n' +
      "do sleep 0.1; done",
  ],
  ["--seeds 200", "--seeds 20"],
];

const shorter = (command: string): string =>
  substitutions.reduce((text, [written, instead]) => text.replaceAll(written, instead), command);

/** What must be true of each command's output, besides that it looks as shown. */
const promises: Readonly<Record<string, readonly RegExp[]>> = {
  "npm ci && npm start": [/game +tls:\S+ +a new journal/],
  "npx reprise load --scenario ping --clients 100 --rate 10 --seconds 20": [
    /clients +100 of 100 connected/,
    /errors +none/,
    /links +none broke/,
  ],
  "npx reprise load --scenario ping --clients 100 --rate 10 --seconds 20 &\nsleep 10\nnpx reprise kill\nwait":
    [/killed process \d+/, /links +100 broke, 0 came back/],
  "npx reprise replay data/game/journal --check": [/every state and every effect agree/],
  "npm start": [/game +tls:\S+ +start 2, at event \d+, \d+ events? recovered/],
  "npx reprise load --scenario walk --clients 100 --rate 10 --seconds 20": [
    /clients +100 of 100 connected/,
    /errors +none/,
    /views +all as the server's/,
  ],
  "npx reprise sim --seeds 200": [/seeds +20, each twice/, /failures +0$/m],
  "npx reprise sim --seed 17": [/failures +0$/m],
  "npx node --test examples/lantern/lantern-test.ts": [/pass 1/, /fail 0/],
};

// ---------------------------------------------------------------- output

/** Rows that count what a run happened to meet: there is such a row, the rest is chance. */
const accidental =
  /^(errors|(network|tls|peer|cheat|process|upgrade|outside|clock|disk|call|merge)\.\S+) {2}/;

/** A line of output without what differs from run to run: numbers, digests, counts of errors. */
const shapeOf = (line: string): string =>
  accidental.test(line)
    ? (line.split("  ")[0] ?? "")
    : line
        .trim()
        .replace(/([0-9A-F]{2}:){8,}[0-9A-F]{2}/, "#")
        .replaceAll(/\b[0-9a-f]{8}\b/g, "#")
        .replaceAll(/\d+([.,]\d+)*/g, "#")
        .replaceAll(/(, )?# [A-Z]+_[A-Z_]+/g, "")
        .replace(/ {2,}/, "  ");

const shapesOf = (output: string): readonly string[] => output.split("\n").map(shapeOf);

// ---------------------------------------------------------------- a newcomer's checkout

const newcomer = new Newcomer("readme");
const { checkout } = newcomer;

beforeAll(() => checkOut(checkout));

afterAll(() => newcomer.leave());

function journalBytes(): number {
  const folder = join(checkout, "data/game/journal");
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** Those of the default ports that somebody else listens on. */
async function takenPorts(): Promise<readonly number[]> {
  const taken: number[] = [];
  for (const port of [8080, 8081, 9464]) {
    const server = createServer();
    const listening = Promise.race([once(server, "listening"), once(server, "error")]);
    server.listen(port, "127.0.0.1");
    const isFree = await listening.then(
      () => server.listening,
      () => false,
    );
    if (!isFree) taken.push(port);
    else await new Promise((resolve) => server.close(resolve));
  }
  return taken;
}

/** Until a command is over; a server, until it serves. */
async function play(command: string): Promise<Run> {
  const run = newcomer.type(shorter(command), { JOURNAL_BYTES: String(journalBytes()) });
  const isServer = command.endsWith("npm start");
  const serves = (): boolean => isServer && run.output.includes("Now type");
  const isDone = (): boolean => run.ended !== null || serves();
  await until(`${command}\n${run.output}`, isDone, 90_000);
  if (!serves()) expect(run, command).toMatchObject({ ended: 0 });
  return run;
}

// ---------------------------------------------------------------- tests

describe("README.md", () => {
  it("has something for every substitution and every promise", () => {
    let text = typed.map(({ command }) => command).join("\n");
    for (const [written, instead] of substitutions) {
      expect(text).toContain(written);
      text = text.replaceAll(written, instead);
    }
    expect(Object.keys(promises).toSorted()).toEqual(
      typed.map(({ command }) => command).toSorted(),
    );
  });

  it("takes its TypeScript from files that are type-checked", () => {
    const config = readFileSync(join(repository, "tsconfig.json"), "utf8");
    expect((JSON.parse(config) as { include: string[] }).include).toContain("examples");
    const sources = listedPaths()
      .filter((path) => /^examples\/.*(?<!\.d)\.ts$/.test(path))
      .map((path) => readFileSync(join(repository, path), "utf8"));
    expect(blocksIn("ts").length).toBeGreaterThan(0);
    for (const block of blocksIn("ts")) {
      expect(sources.some((source) => source.includes(block))).toBe(true);
    }
  });

  it("tells a story that goes as it is told", { timeout: 300_000 }, async ({ skip }) => {
    // Skipped where somebody else has the ports that a newcomer's server takes.
    const taken = await takenPorts();
    skip(taken.length > 0, `in use: port ${taken.join(", ")}`);
    const outputs = new Map<string, string>();
    for (const { command, shown } of typed) {
      const { output } = await play(command);
      for (const promise of promises[command] ?? []) expect(output).toMatch(promise);
      // Few seeds do not meet every fault that the shown ones met.
      const shapes = [...shapesOf(output), ...faultNames];
      for (const shape of shapesOf(shown ?? "...")) {
        if (shape !== "...") expect(shapes, `shown below ${command}`).toContain(shape);
      }
      outputs.set(command, output);
    }
    const replayed = outputs.get("npx reprise replay data/game/journal --check");
    const [, events] = /\(1 to (\d+)\)/.exec(replayed ?? "") ?? [];
    expect(outputs.get("npm start")).toMatch(
      new RegExp(`at event ${events}, \\d+ events? recovered`),
    );
  });

  it("says what the example's test finds when its feature is broken", async () => {
    const path = join(checkout, "examples/lantern/lantern.ts");
    const source = readFileSync(path, "utf8");
    writeFileSync(path, source.replace("ctx.state.lit.delete(id);", ""));
    const run = newcomer.type("npx node --test examples/lantern/lantern-test.ts");
    await until("the example's test", () => run.ended !== null, 60_000);
    writeFileSync(path, source);
    expect(run.ended).toBe(1);
    const [, said = "nothing"] =
      /`ctx\.state\.lit\.delete\(id\)` and it says\s+`([^`]+)`/.exec(readme) ?? [];
    expect(run.output).toContain(said);
  });
});
