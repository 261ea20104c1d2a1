/**
 * The same for what only servers with players can get wrong: each checker of theirs meets planted
 * bugs, in features and hosts that are otherwise the production ones, and must find them.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Event } from "../../../src/core/contract.ts";
import { loginContract, worldContract } from "../../../src/core/features/contracts.ts";
import { featuresOf } from "../../../src/core/features/index.ts";
import type * as movement from "../../../src/core/features/world/movement.ts";
import type * as sight from "../../../src/core/features/world/sight.ts";
import type * as world from "../../../src/core/features/world/world.ts";
import type { ConnectionId } from "../../../src/core/kernel/ids.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import type { Feature } from "../../../src/core/realm/index.ts";
import { defineContract, EnvelopeReader, request } from "../../../src/core/wire/index.ts";
import { calmOptions, simulate } from "../../../src/sim/index.ts";
import type { PartialOptions, SimulationFailure } from "../../../src/sim/index.ts";
import {
  answerOf,
  believedPasswords,
  believing,
  crossedAnswers,
  forgottenRemovals,
  lockedAccounts,
  loggedSecrets,
  newsForEverybody,
  overUpdates,
  partialRecords,
  silentDirectory,
  untoldCorrections,
} from "../../support/planted/players.ts";
import type { Records } from "../../support/planted/players.ts";
import { overriding, overStep, sabotaged } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

/** What stands in for functions of the world; null where the real one is used. */
const planted = vi.hoisted(() => ({
  look: null as null | ((real: typeof sight.look) => typeof sight.look),
  move: null as null | ((real: typeof movement.move) => typeof movement.move),
  despawn: null as null | ((real: typeof world.despawn) => typeof world.despawn),
}));

vi.mock("../../../src/core/features/world/sight.ts", async (load) => {
  const real = await load<typeof sight>();
  const look: typeof sight.look = (...given) => (planted.look?.(real.look) ?? real.look)(...given);
  return { ...real, look };
});
vi.mock("../../../src/core/features/world/movement.ts", async (load) => {
  const real = await load<typeof movement>();
  const move: typeof movement.move = (...given) =>
    (planted.move?.(real.move) ?? real.move)(...given);
  return { ...real, move };
});
vi.mock("../../../src/core/features/world/world.ts", async (load) => {
  const real = await load<typeof world>();
  const despawn: typeof world.despawn = (...given) =>
    (planted.despawn?.(real.despawn) ?? real.despawn)(...given);
  return { ...real, despawn };
});

afterEach(() => Object.assign(planted, { look: null, move: null, despawn: null }));

const { enter, move } = worldContract.entries;

/** Few faults, many meetings. */
const small: PartialOptions = {
  seconds: 6,
  workload: { clients: 5, rudePerMillion: 0, stayMaxMicros: 3_000_000 },
  players: {
    gameServers: 1,
    accounts: 5,
    cheatPerMillion: 0,
    stepMicros: 100_000,
    tokenLifetimeMs: 3_600_000,
    loginsPerMinute: 120,
    sizeM: 200,
    viewDistanceM: 20,
    spawnRadiusM: 10,
    speedMaxMmPerS: 12_000,
    allowanceMs: 1_000,
  },
  clock: { jumpsMax: 0, skewMaxMicros: 0 },
  disk: calmOptions.disk,
  // It would see first that its realm is another one than the server's.
  follower: calmOptions.follower,
  process: { endsMax: 0, crashesMax: 0 },
  upgrade: { serverPerMillion: 0 },
  calls: { lostPerMillion: 0, crashPerMillion: 0 },
};
const cheating: PartialOptions = {
  ...small,
  players: { ...small.players, cheatPerMillion: 1_000_000 },
};
/** One account, on as many devices as there are clients. */
const crowded: PartialOptions = { ...small, players: { ...small.players, accounts: 1 } };

/** What is found first, `checker: rule`. */
function found(sabotage: Sabotage, fixed: PartialOptions = small, seeds = 20): string {
  const { checker, rule } = firstFailure(sabotage, fixed, seeds);
  return `${checker}: ${rule}`;
}

function firstFailure(sabotage: Sabotage, fixed: PartialOptions, seeds: number): SimulationFailure {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const host = sabotaged(sabotage);
    const { failure } = simulate({ seed, scenario: "players", fixed, twice: false, host });
    if (failure !== null) return failure;
  }
  throw new Error(`none of ${String(seeds)} seeds has failed`);
}

/** Changes events on their way to the realm, unseen by those who look on. */
const overEvents = (change: (event: Event) => Event): Sabotage => ({
  role: "game",
  realm: (machine) => overStep(machine, (event, outbox, go) => go(change(event), outbox)),
});

describe("the simulator finds, in what clients see,", () => {
  it("[SYNC-08] a removal that is forgotten", () => {
    expect(found(forgottenRemovals())).toMatch(
      /^(told: whoever goes out of sight is removed|world-view: (nobody sees a ghost|who is out))/,
    );
  });

  it("[SYNC-02] the span of a cell that is forgotten", () => {
    let updates = 0;
    const forgetting = overUpdates((message) =>
      (updates += 1) % 4 === 0 ? { updates: message.updates.slice(0, -1) as Records } : {},
    );
    expect(found(forgetting)).toMatch(/^(told: |world-view: (who must be|everybody is) seen)/);
  });

  it("[SYNC-02] an entity that is told in part", () => {
    expect(found(partialRecords())).toMatch(
      /^(told: what is told|world-view: everybody is seen in full)/,
    );
  });

  it("[GAME-02] a correction that is not told", () => {
    // Whoever is not told of his own movement waits for ever.
    expect(found(untoldCorrections(), cheating)).toMatch(/^(told|world-view|journeys): /);
  });

  it("[SYNC-07] a hysteresis of none, or of too much", () => {
    planted.look = (real) => (_before, x, z, cells, result) =>
      real({ x0: 0, x1: -1, z0: 0, z1: -1 }, x, z, cells, result);
    expect(found({})).toBe("sight: what a viewer sees changes as little as it must");
    planted.look = (real) => (before, x, z, cells, result) => {
      real(before, x, z, cells, result);
      result.x1 = Math.min(cells - 1, Math.max(result.x1, before.x1));
      result.z1 = Math.min(cells - 1, Math.max(result.z1, before.z1));
    };
    expect(found({}, small, 60)).toBe(
      "sight: a viewer sees two cells to every side at least and three at most",
    );
  });

  it("[SYNC-07] a view that is too short", () => {
    // The realm believes in another distance than the clients were promised.
    const short = { variation: { realm: { worldViewDistanceM: 10 } } };
    expect(found(short)).toBe("sight: two cells are a view distance");
  });
});

describe("the simulator finds, in the world,", () => {
  it("[GAME-08] a speed that is not checked", () => {
    const fast = { variation: { realm: { worldSpeedMaxMmPerS: 10_000_000 } } };
    expect(found(fast, cheating)).toBe("movement: only a possible movement of one's own moves");
  });

  it("[GAME-08] a movement that is taken although a later one has come", () => {
    planted.move = (real) => (of, row, wanted, now, rules) => {
      const { sequence } = of.store.components.control.columns;
      const last = sequence[row] ?? 0;
      sequence[row] = 0;
      const verdict = real(of, row, wanted, now, rules);
      sequence[row] = Math.max(last, wanted.sequence);
      return verdict;
    };
    expect(found({}, cheating)).toMatch(
      /^movement: (only a possible|a possible movement is taken|stale movements)/,
    );
  });

  it("[GAME-02] an honest movement that is refused", () => {
    let moves = 0;
    planted.move = (real) => (of, row, wanted, now, rules) =>
      real(of, row, wanted, now, {
        ...rules,
        speedMax: (moves += 1) % 7 === 0 ? 1 : rules.speedMax,
      });
    expect(found({})).toBe("movement: a possible movement is taken over");
  });

  it("[GAME-08] an impossible movement that is not counted", () => {
    planted.move =
      (real) =>
      (...given) => {
        const verdict = real(...given);
        return verdict === "speed" || verdict === "bounds" ? "accepted" : verdict;
      };
    expect(found({}, cheating)).toBe("movement: an impossible movement is counted");
  });

  it("[SYNC-03] another's movement that moves one", () => {
    const envelope = new EnvelopeReader();
    const connections: ConnectionId[] = [];
    const swapping = overEvents((event) => {
      if (event.type === "connection.closed") {
        const at = connections.indexOf(event.connection);
        if (at >= 0) connections.splice(at, 1);
      }
      if (event.type !== "packet.received") return event;
      envelope.read(event.bytes, event.start, event.end);
      if (envelope.type === (enter.type as number)) connections.push(event.connection);
      if (envelope.type !== (move.type as number)) return event;
      const other = connections.findLast((connection) => connection !== event.connection);
      return other === undefined ? event : { ...event, connection: other };
    });
    // So near to each other that each may go where the other does.
    const near = { ...small, players: { ...small.players, spawnRadiusM: 1 } };
    expect(found(swapping, near)).toBe("movement: an entity moves only when its owner is heard");
  });

  it("[GAME-01] an entity that outlives its session", () => {
    planted.despawn = () => () => false;
    expect(found({})).toMatch(/^(session-index: world: \[GAME-##?\]|movement: every entity)/);
  });

  const showing = (change: (entities: readonly PlainData[]) => readonly PlainData[]): Sabotage => ({
    role: "game",
    realm: (machine) =>
      overriding(machine, {
        view: (name) => {
          if (name !== "world.players") return machine.view(name);
          const view = machine.view(name) as { readonly entities: readonly PlainData[] };
          return { ...view, entities: change(view.entities) };
        },
      }),
  });

  it("[GAME-01] somebody who has entered the world and is not in it", () => {
    expect(found(showing((entities) => entities.slice(1)))).toBe(
      "movement: whoever has entered and not left is in the world",
    );
  });

  it("[GAME-01] somebody in the world whose entity is another's", () => {
    const shown = showing(([first, ...others]) =>
      first === undefined ? [] : [{ ...(first as object), player: 1_000 }, ...others],
    );
    expect(found(shown)).toBe("movement: whoever is in the world has an entity");
  });
});

describe("the simulator finds, in who is who,", () => {
  it("[SES-08] news of the world for somebody who has not entered it", () => {
    expect(found(newsForEverybody())).toBe(
      "presence: nothing of the world goes to a session that is not in it",
    );
  });

  it("[AUTH-08] [SMG-10] a second session of a player", () => {
    // The realm takes whoever comes again, while he is there, for somebody else.
    const doubling: Sabotage = {
      role: "game",
      realm: (machine) =>
        overStep(machine, (event, outbox, go) => {
          const answer = event.type === "call.completed" ? answerOf(event.result) : {};
          const { entities } = machine.view("world.players") as {
            readonly entities: readonly { readonly player: number }[];
          };
          const isThere = entities.some(({ player }) => player === answer["player"]);
          if (event.type !== "call.completed" || !isThere) return go(event, outbox);
          const result = { ok: true, answer: { ...answer, player: 1_000 } } as const;
          go({ ...event, result }, outbox);
        }),
    };
    expect(found(doubling, crowded)).toBe(
      "presence: a player is in one session of a realm at most",
    );
  });

  it("[AUTH-16] a token that is not checked", () => {
    expect(found(believing("malformed"), cheating)).toBe(
      "journeys: a token that no server made opens nothing",
    );
    expect(found(believing("revoked"), cheating, 60)).toMatch(
      /^(journeys: a token that was logged out of|presence: a token is worth nothing)/,
    );
  });

  it("[SES-08] somebody who is let in for another's token", () => {
    expect(found(crossedAnswers())).toMatch(
      /^(presence: a session is somebody's only by|etiquette: (a packet|whoever waits)|answers: )/,
    );
  });

  it("[AUTH-07] a wrong password that is believed", () => {
    expect(found(believedPasswords(), cheating)).toBe("journeys: a wrong password opens nothing");
  });

  it("[AUTH-08] an account that nobody can log in to any more", () => {
    expect(found(lockedAccounts())).toBe(
      "journeys: whoever wants to play plays when faults have stopped",
    );
  });

  it("[AUTH-08] an account that is played with on two servers", () => {
    const fixed = { ...crowded, players: { ...crowded.players, gameServers: 2 } };
    expect(found(silentDirectory(), fixed)).toBe("world-view: an account is played with once");
  });
});

describe("[AUTH-14] the simulator finds a secret", () => {
  it.each([
    ["as it is", (secret: Uint8Array) => String.fromCharCode(...secret)],
    ["in hexadecimal digits", (secret: Uint8Array) => Buffer.from(secret).toString("hex")],
    ["in base64", (secret: Uint8Array) => Buffer.from(secret).toString("base64")],
    [
      "in base64 behind something",
      (secret: Uint8Array) => Buffer.from([7, ...secret]).toString("base64"),
    ],
  ])("in a log, %s", (_form, shown) => {
    expect(found(loggedSecrets(shown), small, 3)).toBe("secrecy: no secret is kept or logged");
  });

  it("in a journal", () => {
    const { login } = loginContract.entries;
    const contract = defineContract("login", {
      login: request(login.type, login.message, login.replyType, login.reply, login.parse),
    });
    const features = featuresOf("login").map((feature): Feature =>
      feature.name === "login"
        ? { ...feature, declaration: { ...feature.declaration, contract } }
        : feature,
    );
    const fixed = { ...small, process: { endsMax: 4 } };
    expect(found({ role: "login", features }, fixed, 8)).toBe(
      "secrecy: no secret is kept or logged",
    );
  });
});

it("the simulator has nothing to say of players' servers as they are", () => {
  for (const fixed of [small, cheating, crowded]) {
    const { failure, checked } = simulate({ seed: 1, scenario: "players", fixed });
    expect(failure?.message ?? null).toBeNull();
    expect(checked["movement"]).toBeGreaterThan(0);
  }
});
