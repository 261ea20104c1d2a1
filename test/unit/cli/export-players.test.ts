/** `reprise export --pseudonyms` and the numbers of players. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { PlayerNumbers } from "../../../src/cli/replay/player-numbers.ts";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { gameFeatures, loginFeatures } from "../../../src/core/features/index.ts";
import type { Feature } from "../../../src/core/realm/index.ts";
import { reprise } from "../../support/command-line.ts";
import { writeJournal } from "../../support/journal-folder.ts";
import { PlayersWorld } from "../../support/players-world.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const { echo } = echoContract.entries;

const read = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

/** Ada, Bob and Cy log in, enter and leave; Ada asks for something on the way. */
function evening(features: readonly Feature[] = gameFeatures): PlayersWorld {
  const world = new PlayersWorld({ gameFeatures: features });
  for (const name of ["Ada", "Bob", "Cy"]) {
    const connection = world.entered(world.tokenOf(world.loggedIn({ name, device: "phone" })));
    world.pass(500);
    const bytes = Uint8Array.of(1);
    if (name === "Bob") world.game.message(connection, echo.type, echo.message, { bytes });
  }
  world.pass(2_000);
  return world;
}

/** Exports the second session with other names, and what its events say afterwards. */
async function cut(path: string, ...more: string[]) {
  const out = join(temporaryFolder(), "cut");
  const run = await reprise(
    ...(["export", path, "--session", "2", "--pseudonyms", "--out", out, "--json"] as const),
    ...more,
  );
  const events = await reprise("replay", out, "--events", "--json", ...more);
  const check = await reprise("replay", out, "--check", "--json", ...more);
  expect({ err: check.err, code: check.code }).toEqual({ err: "", code: 0 });
  const players = [...events.out.matchAll(/"player":(\d+)/g)].map(([, number]) => Number(number));
  return { code: run.code, result: read(run.out), players };
}

describe("reprise export --pseudonyms", () => {
  it("[RPL-06] gives players other numbers, in answers and in what they are told", async () => {
    const world = evening();
    for (const [role, features] of [
      ["game", gameFeatures],
      ["login", loginFeatures],
    ] as const) {
      const { events } = role === "game" ? world.game : world.login;
      const { path } = writeJournal(join(temporaryFolder(), role), events, { features });
      const file = join(temporaryFolder(), "features.ts");
      const from = JSON.stringify(join(root, "src/index.ts"));
      writeFileSync(file, `export { ${role}Features as features } from ${from};`);
      const before = await reprise("replay", path, "--events", "--json", "--features", file);
      expect(before.out).toMatch(/"player":2\b/);
      let { code, result, players } = await cut(path, "--features", file);
      // One key in 127 happens to leave him his number, and each cut has another key.
      for (let more = 0; more < 3 && players.includes(2); more += 1) {
        ({ code, result, players } = await cut(path, "--features", file));
      }
      expect(result).toMatchObject({ other: null, playersKeptSeq: null });
      expect(result["players"]).toBeGreaterThan(0);
      expect(code).toBe(0);
      expect(players.length).toBeGreaterThan(0);
      expect(players).not.toContain(2);
    }
  });

  it("[RPL-06] keeps them where a feature counts with them, and says from where on", async () => {
    const file = join(temporaryFolder(), "features.ts");
    writeFileSync(
      file,
      `import { defineFeature, echoContract, gameFeatures } from
        ${JSON.stringify(join(root, "src/index.ts"))};
      const contract = echoContract;
      const echo = defineFeature({ contract, version: 1, state: () => ({}) }).implement({
        packets: {
          echo: {
            states: ["inWorld"],
            handle: (ctx) => ctx.reply({ bytes: Uint8Array.of(255, ctx.player % 251) }),
          },
          promptEcho: { states: ["inWorld"], handle: (ctx, bytes) => ctx.reply({ bytes }) },
        },
      });
      export const features = gameFeatures.map((each) => each.name === "echo" ? echo : each);`,
    );
    const { features } = (await import(pathToFileURL(file).href)) as { features: Feature[] };
    const { path } = writeJournal(join(temporaryFolder(), "game"), evening(features).game.events, {
      features,
    });
    const { code, result, players } = await cut(path, "--features", file);
    expect(result).toMatchObject({ players: 0, other: null });
    expect(result["playersKeptSeq"]).toBeGreaterThan(10);
    expect(code).toBe(0);
    expect(players).toContain(2);
  });
});

describe("other numbers of players", () => {
  const key = Uint8Array.of(1, 2, 3);

  it("[RPL-06] are as many, in the same order and of the same length", () => {
    const own = [1, 2, 3, 127, 128, 300, 16_383, 16_384, 5_000_000_000, Number.MAX_SAFE_INTEGER];
    const numbers = new PlayerNumbers(key, own.toReversed());
    const others = own.map((number) => numbers.of(number));
    expect(others.toSorted((a, b) => a - b)).toEqual(others);
    expect(new Set(others).size).toBe(own.length);
    const bytes = (number: number): number => Math.ceil(Math.max(1, Math.log2(number + 0.5)) / 7);
    expect(others.slice(0, -1).map(bytes)).toEqual(own.slice(0, -1).map(bytes));
    expect(others.every(Number.isSafeInteger)).toBe(true);
    expect(numbers.of(4)).toBe(4);
    const again = new PlayerNumbers(Uint8Array.of(9), own);
    expect(own.map((number) => again.of(number))).not.toEqual(others);
  });

  it("[RPL-06] are there also when all are taken", () => {
    const own = Array.from({ length: 127 }, (_, index) => index + 1);
    const numbers = new PlayerNumbers(key, own);
    expect(own.map((number) => numbers.of(number))).toEqual(own);
    const most = new PlayerNumbers(key, own.slice(0, 100));
    expect(most.size).toBe(100);
    expect(new Set(own.slice(0, 100).map((number) => most.of(number))).size).toBe(100);
  });
});
