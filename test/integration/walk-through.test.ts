/**
 * The walk-through of CONTRIBUTING.md holds: all that it says is done to a copy of the repository,
 * in its order. Only what takes minutes is replaced, by what it would find of the packet.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, until } from "../support/condition.ts";
import { apply, stepsOf } from "../support/walk-through.ts";
import type { Step } from "../support/walk-through.ts";
import { checkOut, endRun, Newcomer } from "../support/newcomer.ts";
import type { Run } from "../support/newcomer.ts";

const repository = join(import.meta.dirname, "../..");
const page = readFileSync(join(repository, "CONTRIBUTING.md"), "utf8");
const section = /^## A packet type, end to end\n([\s\S]*?)(?=^## )/m.exec(page)?.[1] ?? "";
const steps = stepsOf(section);

/** What the reader writes or changes. */
const written = [...new Set(steps.flatMap((step) => (step.kind === "type" ? [] : [step.path])))];
const sources = written.filter((path) => path.endsWith(".ts"));
const laidOut = written.filter((path) => /\.(ts|md)$/.test(path) && !path.includes("fixtures"));

const nearby =
  "npx vitest run test/unit/world test/property/world/emote.test.ts test/unit/wire " +
  "test/unit/features test/unit/client";
const serve = "npm start -- --set realm.worldSpawnRadiusM=1";
const talk = "npx node try-emote.ts";

/** A reader who has come to its last step runs this test, too: he has done it all already. */
const isFollowed = written.some((path) => path.endsWith(".test.ts") && isThere(path));

function isThere(path: string): boolean {
  const creates = steps.some((step) => step.kind === "create" && step.path === path);
  return creates && existsSync(join(repository, path));
}

/** What is typed instead, so that it takes a third of a minute. */
const substitutions: Readonly<Record<string, string>> = {
  "npm run gen && npm run typecheck": "npx node scripts/gen-protocol.ts",
  [nearby]:
    "npm run --silent gen:check & GENERATED=$!\n" +
    "npx vitest run test/unit/world/emote.test.ts test/property/world/emote.test.ts " +
    "test/unit/wire/published.test.ts test/unit/wire/fixtures.test.ts " +
    "test/unit/features/served.test.ts; TESTED=$?\n" +
    "wait $GENERATED && exit $TESTED",
  [serve]: `${serve} --set ports.login=0 --set ports.game=0 --set metrics.port=0`,
  // It is still to be type-checked.
  "rm try-emote.ts": "test -f try-emote.ts",
  "npm run format": `npx prettier --check --log-level warn ${laidOut.join(" ")}`,
  "npm run verify":
    "npx tsc -p walk-through.json & TYPED=$!\n" +
    "npx vitest run --project replay; REPLAYED=$?\n" +
    "wait $TYPED && exit $REPLAYED",
};

// ---------------------------------------------------------------- a reader's checkout

const newcomer = new Newcomer("walk-through");
const { checkout } = newcomer;

beforeAll(() => {
  checkOut(checkout);
  const config = { extends: "./tsconfig.json", include: sources };
  writeFileSync(join(checkout, "walk-through.json"), JSON.stringify(config));
});

afterAll(() => newcomer.leave());

/** Types a command into a terminal of its own, where this Node comes first. */
const type = (command: string): Run =>
  newcomer.type(command, {
    PATH: dirname(process.execPath) + delimiter + (process.env["PATH"] ?? ""),
    NO_COLOR: "1",
  });

/** Types a command and waits for its end. */
async function typed(command: string): Promise<Run> {
  const run = type(command);
  await until(command, () => run.ended !== null, 60_000);
  return run;
}

// ---------------------------------------------------------------- going through it

/** The server that was started last, until a command that is not for it ends it. */
let server: Run | null = null;
const outputs = new Map<string, string>();

async function go(step: Step): Promise<void> {
  if (step.kind !== "type") return apply(step, checkout);
  for (const command of step.commands) {
    if (command === serve) server = await started(command);
    else if (command === talk && server !== null) outputs.set(command, await talked(server));
    else {
      // Ctrl-C.
      if (server !== null) await endRun(server, "SIGINT");
      server = null;
      outputs.set(command, await passed(substitutions[command] ?? command));
    }
    if (step.shown === null) continue;
    expect(linesOf(outputs.get(command) ?? "")).toEqual(linesOf(step.shown));
  }
}

async function started(command: string): Promise<Run> {
  const run = type(substitutions[command] ?? command);
  await until(command, () => run.output.includes("Now type") || run.ended !== null, 30_000);
  expect(run.ended, run.output).toBeNull();
  return run;
}

/** Who types it by hand is slower than the game server's first report to the login server. */
function talked({ output }: Run): Promise<string> {
  const url = /login +(tls:\S+)/.exec(output)?.[1] ?? "";
  return eventually(
    () => passed(`${talk} ${url}`),
    (error) => String(error).includes("UNAVAILABLE"),
  );
}

/** Types a command that has to end well; gives what it printed. */
async function passed(command: string): Promise<string> {
  const { ended, output } = await typed(command);
  expect(ended, `${command}\n${output}`).toBe(0);
  return output;
}

/** In any order: two clients print them. */
const linesOf = (output: string): readonly string[] => output.trim().split("\n").toSorted();

/** What the reader is asked to break, from the words of the page: `bad` in place of `good`. */
const breaks = [...section.matchAll(/`([^`]+)` in place of `([^`]+)`/g)].map(
  ([, bad = "", good = ""]) => ({ bad, good }),
);

// Skipped where the page has been followed, as it is to be at its last step: `npm run verify`.
describe.skipIf(isFollowed)("the walk-through of CONTRIBUTING.md", () => {
  it("goes as it is told", { timeout: 120_000 }, async () => {
    expect(steps.filter(({ kind }) => kind !== "type").length).toBeGreaterThan(10);
    const commands = steps.flatMap((step) => (step.kind === "type" ? step.commands : []));
    for (const command of [...Object.keys(substitutions), talk])
      expect(commands).toContain(command);
    for (const step of steps) await go(step);
    expect(outputs.get("npx reprise inspect data/game/journal")).toContain("world.emote 2990");
    expect(outputs.get("npx reprise replay data/game/journal --check")).toContain(
      "every state and every effect agree",
    );
    const protocol = readFileSync(join(checkout, "docs/PROTOCOL.md"), "utf8");
    expect(protocol).toMatch(/^\| 2990 \| `PACKET_EMOTE` .*\| inWorld .*\| 2\/s, 4 at once/m);
  });

  it("tells of mistakes that its tests find", async () => {
    expect(breaks).toHaveLength(2);
    for (const { bad, good } of breaks) {
      const path = sources
        .map((source) => join(checkout, source))
        .find((source) => existsSync(source) && readFileSync(source, "utf8").includes(good));
      const source = readFileSync(path ?? good, "utf8");
      writeFileSync(path ?? good, source.replace(good, bad));
      const run = await typed("npx vitest run test/unit/world/emote.test.ts");
      writeFileSync(path ?? good, source);
      expect(run.ended, `${bad}: ${run.output}`).toBe(1);
      expect(run.output).toMatch(/\[EMOTE-01\]/);
    }
  });

  it("names every file that it changes in its table", () => {
    for (const path of written.filter((each) => each !== "try-emote.ts")) {
      expect(section).toMatch(new RegExp(`^\\| \`${path}\` `, "m"));
    }
  });
});
