/**
 * Who plays: two accounts, two players for each, and a model that knows of nothing but accounts. An
 * account is played with by one of its players; the other one waits, and gets in when he leaves.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LiveSimulation } from "../../../src/sim/index.ts";
import type { LiveClient } from "../../../src/sim/index.ts";
import { modelRun } from "../../support/simulated.ts";

/** By account: who plays with it, and who would like to. */
interface PresenceModel {
  readonly playing: Map<string, string>;
  readonly waiting: Map<string, string>;
}
type PresenceCommand = fc.Command<PresenceModel, LiveSimulation>;

const accountOf: Readonly<Record<string, string>> = { "1": "1", "2": "1", "3": "2", "4": "2" };
const names = Object.keys(accountOf);
const clients = names.map((name): LiveClient => {
  const account = accountOf[name] ?? "";
  return { kind: "traveller", name, account, device: `device-${name}` };
});

const isAway = ({ playing, waiting }: PresenceModel, name: string): boolean =>
  ![...playing.values(), ...waiting.values()].includes(name);

const isPlaying = ({ playing }: PresenceModel, name: string): boolean =>
  playing.get(accountOf[name] ?? "") === name;

function come({ playing, waiting }: PresenceModel, name: string): void {
  const account = accountOf[name] ?? "";
  if (playing.has(account)) waiting.set(account, name);
  else playing.set(account, name);
}

function leave({ playing, waiting }: PresenceModel, name: string): void {
  const account = accountOf[name] ?? "";
  if (waiting.get(account) === name) waiting.delete(account);
  if (playing.get(account) !== name) return;
  playing.delete(account);
  const next = waiting.get(account);
  if (next === undefined) return;
  waiting.delete(account);
  playing.set(account, next);
}

/** Whoever waits tries again within two seconds; the directory hears of things once a second. */
const enoughSeconds = 6;
/** The realm's default. */
const graceSeconds = 20;

function expectPresence(model: PresenceModel, live: LiveSimulation): void {
  for (const name of names) {
    const { phase } = live.traveller(name);
    const wanted = isPlaying(model, name) ? "playing" : isAway(model, name) ? "away" : "loggingIn";
    expect(`${name} is ${phase}`).toBe(`${name} is ${wanted}`);
  }
  const { entities } = live.view("game-1", "world.players") as { readonly entities: unknown[] };
  expect(entities).toHaveLength(model.playing.size);
}

const command = (
  title: string,
  may: (model: PresenceModel) => boolean,
  does: (model: PresenceModel, live: LiveSimulation) => void,
): PresenceCommand => ({
  check: (model) => may(model),
  run: (model, live) => {
    does(model, live);
    live.pass(enoughSeconds);
    expectPresence(model, live);
  },
  toString: () => title,
});

const comes = (name: string): PresenceCommand =>
  command(
    `${name} comes`,
    (model) => isAway(model, name),
    (model, live) => {
      live.act(name, { type: "start" });
      come(model, name);
    },
  );

const logsOut = (name: string): PresenceCommand =>
  command(
    `${name} logs out`,
    (model) => !isAway(model, name),
    (model, live) => {
      live.act(name, { type: "logout" });
      leave(model, name);
    },
  );

const quits = (name: string): PresenceCommand =>
  command(
    `${name} quits`,
    (model) => !isAway(model, name),
    (model, live) => {
      live.act(name, { type: "quit" });
      leave(model, name);
      // He might come back: other devices are kept out for so long.
      live.pass(graceSeconds);
    },
  );

const walks = (name: string, x: number): PresenceCommand =>
  command(
    `${name} walks`,
    (model) => isPlaying(model, name),
    (_model, live) => {
      live.act(name, { type: "turn", x, z: 0 });
    },
  );

const isReset = (name: string): PresenceCommand =>
  command(
    `the link of ${name} is reset`,
    (model) => isPlaying(model, name),
    (_model, live) => {
      live.act(name, { type: "reset" });
    },
  );

const name = fc.constantFrom(...names);
const commands = fc.commands(
  [
    name.map(comes),
    name.map(logsOut),
    name.map(quits),
    name.map(isReset),
    fc.tuple(name, fc.constantFrom(-500_000, 0, 900_000)).map(([one, x]) => walks(one, x)),
  ],
  { maxCommands: 18 },
);

describe("who plays, beside a model that knows of accounts only,", () => {
  it("[AUTH-08] [SMG-10] is one player of each account, and the next one when he leaves", () => {
    fc.assert(
      fc.property(commands, (given) => {
        modelRun(() => {
          const real = new LiveSimulation({ scenario: "players", clients, seed: 1 });
          return { model: { playing: new Map(), waiting: new Map() }, real };
        }, given);
      }),
      { numRuns: 8 },
    );
  });
});
