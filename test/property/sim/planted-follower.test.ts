/** Planted bugs for those who look at checkpoints, at retention and at the follower. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import type * as checkpoints from "../../../src/core/host/checkpoints.ts";
import type { FileScript } from "../../../src/core/host/files.ts";
import type * as retention from "../../../src/core/host/retention.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { defineContract, defineFeature, toServer } from "../../../src/index.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions, SimulateOptions } from "../../../src/sim/index.ts";

const planted = vi.hoisted(() => ({ retention: false, checkpoints: false }));

vi.mock("../../../src/core/host/retention.ts", async (load) => {
  const real = await load<typeof retention>();
  /** Keeps the segment that is written and no other. */
  function* retain(options: retention.RetentionOptions): FileScript<retention.Deleted> {
    const deleted = yield* real.retain(options);
    const listed = yield { type: "list", folder: "journal" };
    if (!planted.retention || !listed.ok || listed.type !== "entries") return deleted;
    const needed = listed.entries.slice(0, -1);
    for (const { name } of needed) yield { type: "remove", path: `journal/${name}` };
    return { ...deleted, segments: deleted.segments + needed.length };
  }
  return { ...real, retain };
});

vi.mock("../../../src/core/host/checkpoints.ts", async (load) => {
  const real = await load<typeof checkpoints>();
  const writeCheckpoint: typeof real.writeCheckpoint = (checkpoint, ...rest) => {
    const { nextSequence, ...position } = checkpoint.position;
    // The state is one event older than its name says.
    const later = { ...position, nextSequence: (nextSequence + 1) as typeof nextSequence };
    return real.writeCheckpoint(
      planted.checkpoints ? { ...checkpoint, position: later } : checkpoint,
      ...rest,
    );
  };
  return { ...real, writeCheckpoint };
});

afterEach(() => Object.assign(planted, { retention: false, checkpoints: false }));

const small: PartialOptions = {
  seconds: 5,
  workload: { clients: 4, rudePerMillion: 0, thinkMicros: 30_000, stayMaxMicros: 1_500_000 },
  follower: {
    everyEvents: 30,
    afterMicros: 1_000,
    deathPerMillion: 0,
    slowPerMillion: 0,
    keepBytes: 1,
  },
  server: { segmentBytesMax: 4_096 },
};

/** The journal does not fit what is said of it, and no disk is to blame. */
const misplaced = "damage: a journal is called damaged where it is, and nowhere else";

/** Who finds it first, and in which rule. */
function found(more: Partial<SimulateOptions> = {}, seeds = 25): string {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = simulate({ seed, fixed: small, twice: false, ...more });
    if (failure !== null) return `${failure.checker}: ${failure.rule}`;
  }
  throw new Error(`none of ${String(seeds)} seeds has failed`);
}

describe("the simulator", () => {
  it("finds nothing in what is sound", () => {
    expect(() => found({}, 10)).toThrow("none of 10 seeds");
  });

  it("[DB-07] finds a retention that deletes what a recovery needs", () => {
    planted.retention = true;
    expect(found()).toBe(misplaced);
  });

  it("[DB-07] finds a checkpoint that is of another event than it says", () => {
    planted.checkpoints = true;
    expect(found()).toBe(misplaced);
  });

  it("[DB-07] finds a feature that does not come out the same in the follower", () => {
    let everywhere = 0;
    const contract = defineContract("counting", {
      never: toServer(10_990, pb.v1.EchoRequest, ({ bytes }) => bytes),
    });
    const counting = defineFeature({
      contract,
      version: 1,
      state: () => ({ opened: 0 }),
    }).implement({
      packets: { never: { states: ["connected"], handle: () => undefined } },
      sessions: {
        opened(ctx) {
          everywhere += 1;
          ctx.state.opened = everywhere;
        },
      },
    });
    const fixed: PartialOptions = { ...small, process: { endsMax: 0, crashesMax: 0 } };
    expect(found({ features: [...builtinFeatures, counting], fixed })).toBe(
      "follower: a follower that has caught up has the server's state",
    );
  });
});
