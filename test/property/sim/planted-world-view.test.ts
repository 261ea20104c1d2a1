/**
 * Each rule of `world-view` has a planted bug that it finds, most of them in the client SDK: what
 * clients are told is right there, so that nobody else says anything. Two rules are the last of
 * several that look; those before them are switched off.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Prediction } from "../../../src/client/prediction.ts";
import { WorldView } from "../../../src/client/world-view.ts";
import type { WorldUpdate } from "../../../src/client/world-view.ts";
import type * as grid from "../../../src/core/features/world/grid.ts";
import type * as world from "../../../src/core/features/world/world.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { fromBigint, toSafeNumber } from "../../../src/core/wire/index.ts";
import { IdlenessChecker } from "../../../src/sim/checkers/idleness.ts";
import { MovementChecker } from "../../../src/sim/checkers/movement.ts";
import { SessionIndexChecker } from "../../../src/sim/checkers/session-index.ts";
import { WorldViewChecker } from "../../../src/sim/checkers/world-view.ts";
import { calmOptions, simulate } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { overriding, sabotaged } from "../../support/sabotage.ts";

const planted = vi.hoisted(() => ({
  /** How much larger the ground is for whoever asks for a cell. */
  scale: 1,
  /** Entities stay when their sessions end. */
  leavesEntities: false,
}));

vi.mock("../../../src/core/features/world/grid.ts", async (load) => {
  const real = await load<typeof grid>();
  const cellAt: typeof grid.cellAt = (geometry, x, z) =>
    real.cellAt(geometry, x * planted.scale, z * planted.scale);
  return { ...real, cellAt };
});
vi.mock("../../../src/core/features/world/world.ts", async (load) => {
  const real = await load<typeof world>();
  const despawn: typeof world.despawn = (...given) =>
    !planted.leavesEntities && real.despawn(...given);
  return { ...real, despawn };
});

afterEach(() => {
  Object.assign(planted, { scale: 1, leavesEntities: false });
  vi.restoreAllMocks();
});

const meeting: PartialOptions = {
  seconds: 5,
  // It would see first that its realm is another one than the server's.
  follower: calmOptions.follower,
  disk: calmOptions.disk,
  process: { endsMax: 0, crashesMax: 0 },
  workload: { clients: 5, rudePerMillion: 0, stayMaxMicros: 60_000_000 },
  players: {
    accounts: 5,
    gameServers: 1,
    cheatPerMillion: 0,
    spawnRadiusM: 5,
    tokenLifetimeMs: 3_600_000,
    sizeM: 200,
    viewDistanceM: 100,
    stepMicros: 100_000,
    loginsPerMinute: 120,
    playersMax: calmOptions.players.playersMax,
    bans: 0,
    elsewherePerMillion: 0,
  },
};
/** Who walks for a while is out of sight. */
const parting: PartialOptions = {
  ...meeting,
  players: { ...meeting.players, viewDistanceM: 5, speedMaxMmPerS: 12_000 },
};
/** Who leaves has been near until then. */
const leaving: PartialOptions = {
  ...meeting,
  workload: { ...meeting.workload, stayMaxMicros: 3_000_000 },
};

/** What is found first, `checker: rule`; of bugs that show in several ways, what is not `other`. */
function found(fixed: PartialOptions, other = "", host = sabotaged({})): string {
  for (let seed = 1; seed <= 30; seed += 1) {
    const { failure } = simulate({ seed, scenario: "players", fixed, twice: false, host });
    const rule = failure === null ? other : `${failure.checker}: ${failure.rule}`;
    if (rule !== other) return rule;
  }
  throw new Error("no seed has failed");
}

const ghost = "world-view: nobody sees a ghost";

type Records = WorldUpdate["updates"];

/** Views take in what `change` makes of what they are told. */
function overViews(change: (update: WorldUpdate, view: WorldView) => Partial<WorldUpdate>): void {
  const { apply } = WorldView.prototype;
  vi.spyOn(WorldView.prototype, "apply").mockImplementation(function (this: WorldView, update) {
    return apply.call(this, Object.assign(update, change(update, this)));
  });
}

const idOf = ({ entityId }: Pick<Records[number], "entityId">): number =>
  toSafeNumber(entityId ?? 0) ?? -1;

describe("the simulator finds clients", () => {
  it("[SYNC-08] who forget that somebody has left", () => {
    overViews(() => ({ removed: [] }));
    expect(found(parting)).toBe(ghost);
  });

  it("who keep what they saw before they came again", () => {
    const { begin } = WorldView.prototype;
    vi.spyOn(WorldView.prototype, "begin").mockImplementation(function (this: WorldView) {
      const kept = [...this.entities.values()];
      const events = begin.call(this);
      const updates = kept.map(({ id, position, velocity, rotation }) => ({
        entityId: fromBigint(BigInt(id)),
        movement: { position, velocity, rotation },
      }));
      const message = { tick: fromBigint(0n), updates, removed: [], inputSequence: 0 };
      this.apply(message);
      this.counters.applied -= 1;
      return events;
    });
    expect(found(leaving)).toBe(ghost);
  });

  it("[SYNC-08] who forget that somebody has gone out of sight", () => {
    overViews(() => ({ removed: [] }));
    // Among those who are kept some have left in the end.
    expect(found(parting, ghost)).toBe("world-view: who is out of sight is not seen");
  });

  it("who do not hear of the third who comes", () => {
    overViews(({ updates }, { entities, own }) => {
      const isHeard = (id: number): boolean => entities.size < 2 || id === own || entities.has(id);
      return { updates: updates.filter((record) => isHeard(idOf(record))) as Records };
    });
    expect(found(meeting)).toBe("world-view: who must be seen is seen");
  });

  it("who take a movement for another's", () => {
    overViews(({ updates }, { own }) => {
      const others = updates.filter((record) => idOf(record) !== own);
      const [first, second] = others;
      if (first?.movement && second?.movement) {
        [first.movement, second.movement] = [second.movement, first.movement];
      }
      return {};
    });
    expect(found(meeting)).toBe("world-view: everybody is seen where he is");
  });

  it("who see others where they were before", () => {
    overViews(({ updates }, { own, entities }) => {
      const isNew = (id: number): boolean => id === own || !entities.has(id);
      return { updates: updates.filter((record) => isNew(idOf(record))) as Records };
    });
    expect(found(meeting)).toBe("world-view: everybody is seen where he is");
  });

  it("who take another entity for their own", () => {
    const { entered } = WorldView.prototype;
    vi.spyOn(WorldView.prototype, "entered").mockImplementation(function (this: WorldView, id) {
      entered.call(this, id + 1);
    });
    expect(found(meeting)).toBe("world-view: every entity is of somebody who plays");
  });

  it("who do not believe that they were put right", () => {
    const { reconcile } = Prediction.prototype;
    vi.spyOn(Prediction.prototype, "reconcile").mockImplementation(function (
      this: Prediction<unknown, unknown>,
      _state,
      acknowledged,
    ) {
      const { state } = this;
      while (this.pending > 0 && this.sequence - this.pending < acknowledged) {
        reconcile.call(this, state, this.sequence - this.pending + 1);
      }
      return reconcile.call(this, state, 0);
    });
    const fixed = { ...meeting, players: { ...meeting.players, cheatPerMillion: 1_000_000 } };
    expect(found(fixed)).toBe("world-view: a client that was corrected is where the server has it");
  });
});

describe("the simulator finds a world", () => {
  it("[SYNC-07] whose ground is not divided as it was promised", () => {
    planted.scale = 20;
    expect(found({ ...parting, players: { ...parting.players, viewDistanceM: 10 } })).toBe(
      "world-view: who is within the view distance is seen",
    );
  });

  it("[GAME-01] in which somebody who plays is not", () => {
    vi.spyOn(MovementChecker.prototype, "stepped").mockImplementation(() => undefined);
    const host = sabotaged({
      role: "game",
      realm: (machine) =>
        overriding(machine, {
          view: (name) => {
            const view = machine.view(name);
            if (name !== "world.players") return view;
            const { entities } = view as { readonly entities: readonly PlainData[] };
            return { ...(view as object), entities: entities.slice(1) };
          },
        }),
    });
    // Others see him.
    expect(found(parting, ghost, host)).toBe("world-view: whoever plays has an entity");
  });

  it("[GAME-01] in which somebody is left when everybody has gone", () => {
    // They would say so first, each by the realm's own books.
    vi.spyOn(MovementChecker.prototype, "stepped").mockImplementation(() => undefined);
    vi.spyOn(SessionIndexChecker.prototype, "stepped").mockImplementation(() => undefined);
    vi.spyOn(IdlenessChecker.prototype, "stepped").mockImplementation(() => undefined);
    const { rested } = WorldViewChecker.prototype;
    vi.spyOn(WorldViewChecker.prototype, "rested").mockImplementation(function (
      this: WorldViewChecker,
      scene,
    ) {
      rested.call(this, scene);
      planted.leavesEntities = true;
    });
    expect(found(meeting)).toBe("world-view: a world that everybody has left is empty");
  });
});
