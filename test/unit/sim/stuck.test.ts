/**
 * Who is stuck must prove that he was allowed to be: for each statement one scene in which it
 * holds, and liars whose scenes say otherwise.
 */
import { describe, expect, it } from "vitest";
import type {
  QuietPlayer,
  QuietScene,
  QuietServer,
  QuietTraveller,
} from "../../../src/sim/checkers/checker.ts";
import { isAtRest, JourneyChecker } from "../../../src/sim/checkers/journeys.ts";
import { playersViewName } from "../../../src/sim/checkers/players-view.ts";
import { arePlayersAtRest, LivenessChecker } from "../../../src/sim/checkers/liveness.ts";
import { WorldView } from "../../../src/client/world-view.ts";

const server = (name: string, given: Partial<QuietServer> = {}): QuietServer => ({
  name,
  role: "game",
  serves: true,
  isDown: false,
  view: () => null,
  ...given,
});
const down = { serves: false, isDown: true } as const;

const player = (name: string, given: Partial<QuietPlayer> = {}): QuietPlayer => ({
  name,
  server: "a",
  state: "ready",
  pending: 0,
  code: null,
  isCutOff: false,
  struckBy: new Set(),
  ...given,
});

const traveller = (name: string, given: Partial<QuietTraveller> = {}): QuietTraveller => ({
  name,
  account: name,
  device: "",
  phase: "playing",
  refusal: null,
  server: "a",
  wants: null,
  isLinked: true,
  view: new WorldView(),
  predicted: null,
  updates: 0,
  unjudged: 0,
  isCutOff: false,
  struckBy: new Set(),
  ...given,
});

const scene = (given: Partial<QuietScene>): QuietScene => ({
  servers: [server("a"), server("b")],
  players: [],
  travellers: [],
  ...given,
});

/** What the checkers say of a scene; null when nothing. */
function verdict(given: Partial<QuietScene>, connectionsMax = 2): string | null {
  const whole = scene(given);
  const isSettled = arePlayersAtRest(whole, connectionsMax) && isAtRest(whole);
  try {
    new LivenessChecker(connectionsMax).rested(whole);
    new JourneyChecker().rested(whole);
  } catch (error) {
    // A run waits as long as its checkers would fail it, and no longer.
    expect(isSettled).toBe(false);
    return (error as Error).message;
  }
  expect(isSettled).toBe(true);
  return null;
}

const full = { state: "backingOff", code: "SERVER_FULL" } as const;
const lost = { state: "connecting", code: "CONNECT_TIMEOUT" } as const;
const wrong = { state: "stopped", code: "WRONG_TRANSPORT" } as const;
const kept = { phase: "loggingIn", refusal: "SERVER_FULL", server: null, wants: "login" } as const;
/** So many are in the world. */
const crowd = (players: number): Pick<QuietServer, "view"> => ({
  view: (name) =>
    name === playersViewName ? { entities: Array.from({ length: players }, () => ({})) } : null,
});
const busy = {
  phase: "loggingIn",
  refusal: "DUPLICATE_LOGIN",
  server: null,
  wants: "login",
} as const;

describe("a client that is stuck was allowed to be", () => {
  it.each<[string, Partial<QuietScene>]>([
    ["by nothing: all are in place", { players: [player("1"), player("2", { state: "idle" })] }],
    [
      "when its server is full of others who are ready",
      { players: [player("1"), player("2"), player("3", full)] },
    ],
    [
      "when its server is down for good",
      { servers: [server("a", down), server("b")], players: [player("1", lost)] },
    ],
    ["when it is cut off for good", { players: [player("1", { ...lost, isCutOff: true })] }],
    [
      "when it was refused for good, for what its own link did",
      { players: [player("1", { ...wrong, struckBy: new Set(["tls.plaintext"]) })] },
    ],
    ["when it ended by itself", { players: [player("1", { state: "stopped", code: "STOPPED" })] }],
    [
      "when another one plays with its account",
      { travellers: [traveller("1"), traveller("2", { ...busy, account: "1" })] },
    ],
    [
      "when no server has room for it",
      {
        servers: [server("a", { ...crowd(1), playersMax: 1 }), server("b", down)],
        travellers: [traveller("1"), traveller("2", kept)],
      },
    ],
    [
      "when it was told that it is played elsewhere",
      { travellers: [traveller("1", { phase: "ousted", server: null })] },
    ],
  ])("%s", (_when, given) => {
    expect(verdict(given)).toBeNull();
  });
});

describe("a liar is found out who says", () => {
  it.each<[string, Partial<QuietScene>, RegExp]>([
    [
      "that no server has room, and one has",
      {
        servers: [server("a", { ...crowd(1), playersMax: 1 }), server("b", { ...crowd(0) })],
        travellers: [traveller("1"), traveller("2", kept)],
      },
      /traveller 2 is loggingIn: servers-full: b is not full/,
    ],
    [
      "that its server is full, and a place is free",
      { players: [player("1"), player("2", { server: "b" }), player("3", full)] },
      /player 3 is backingOff \(server-full\): a is not full: 1 of 2 places are taken/,
    ],
    [
      "that its server is full of somebody whom nobody hears",
      {
        players: [
          player("1"),
          player("2", { isCutOff: true, state: "connecting" }),
          player("3", full),
        ],
      },
      /a is not full: 1 of 2/,
    ],
    [
      "that nobody answers, and the server serves",
      { players: [player("1", lost)] },
      /a is not down for good/,
    ],
    [
      "that a server is down for good, and it serves",
      { servers: [server("a", { isDown: true })], players: [] },
      /a is said to be down for good, and serves/,
    ],
    [
      "nothing, as a server that does not serve",
      { servers: [server("a", { serves: false })] },
      /a does not serve/,
    ],
    [
      "that it is cut off, and is ready",
      { players: [player("1", { isCutOff: true })] },
      /said to be cut off, and is heard/,
    ],
    [
      "that it was refused for good, and nothing makes that right",
      { players: [player("1", wrong)] },
      /nothing that happened to it makes WRONG_TRANSPORT right/,
    ],
    [
      "that it was refused for good, for what another fault would have been the reason of",
      { players: [player("1", { ...wrong, struckBy: new Set(["network.reset"]) })] },
      /makes WRONG_TRANSPORT right/,
    ],
    [
      "that the server drains, long after",
      { players: [player("1", { state: "backingOff", code: "MAINTENANCE" })] },
      /last told MAINTENANCE, which should be over/,
    ],
    [
      "that it is ready, on a server that is down",
      { servers: [server("a", down)], players: [player("1")] },
      /nobody is ready on a server that is down/,
    ],
    [
      "nothing, and waits for an answer",
      { players: [player("1", { pending: 1 })] },
      /player 1 waits for 1/,
    ],
    [
      "that its account is in use, and nobody plays with it",
      { travellers: [traveller("1"), traveller("2", busy)] },
      /traveller 2 is loggingIn: account-in-use: nobody else plays/,
    ],
    [
      "that its account is in use, by somebody on its own device",
      {
        travellers: [
          traveller("1", { device: "x" }),
          traveller("2", { ...busy, account: "1", device: "x" }),
        ],
      },
      /nobody else plays with its account/,
    ],
    [
      "that its account is in use, by somebody who is cut off",
      {
        travellers: [
          traveller("1", { isCutOff: true, isLinked: false, phase: "entering", server: null }),
          traveller("2", { ...busy, account: "1" }),
        ],
      },
      /nobody else plays with its account/,
    ],
    [
      "that it plays, on a server that is down",
      { servers: [server("a", down)], travellers: [traveller("1")] },
      /he plays on a, which is down/,
    ],
    [
      "that its password was wrong",
      { travellers: [traveller("1", { ...busy, refusal: "INVALID_CREDENTIALS" })] },
      /last told INVALID_CREDENTIALS/,
    ],
  ])("%s", (_what, given, told) => {
    expect(verdict(given)).toMatch(told);
  });
});
