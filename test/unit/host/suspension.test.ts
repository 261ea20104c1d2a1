import { describe, expect, it } from "vitest";
import { lantern as pb } from "../../../examples/lantern/gen/lantern.js";
import { lantern } from "../../../examples/lantern/lantern.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import type { Feature } from "../../../src/core/realm/index.ts";
import { reprise as session } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import {
  carried,
  defineContract,
  defineFeature,
  operation,
  request,
  seconds,
} from "../../../src/index.ts";
import { brokenLantern, lanternTypes } from "../../support/broken-lantern.ts";
import type { HostDisk } from "../../support/host-disk.ts";
import { HostWorld } from "../../support/host-world.ts";
import type { Peer } from "../../support/host-world.ts";

const errorType = 1_051;
const place = encodePayload(pb.v1.Place, { burnSeconds: 1 });

const lit = (feature: Feature, disk?: HostDisk): HostWorld =>
  new HostWorld({
    features: [...builtinFeatures, feature],
    ...(disk === undefined ? {} : { disk }),
    config: { follower: "on", followAfterMs: 1 },
  }).start();

const told = (peer: Peer, type: number): number =>
  peer.heard.filter((packet) => packet.type === type).length;

const count = (world: HostWorld, name: string): number => world.host.counters.get(name);

describe("a feature whose timer throws", () => {
  const darkened = (): { world: HostWorld; ada: Peer; bob: Peer } => {
    const world = lit(brokenLantern);
    const [ada, bob] = [world.connect(), world.connect()];
    ada.packet(lanternTypes.place, place);
    world.advance(3_000_000);
    return { world, ada, bob };
  };

  it("[JRN-16] is suspended: others go on, and its packets are answered UNAVAILABLE", () => {
    const { world, ada, bob } = darkened();
    expect(world.exited).toBeNull();
    expect(count(world, "features_suspended_total")).toBe(1);
    expect(count(world, "steps_failed_total")).toBe(1);
    expect(world.logs.some(({ message }) => message.includes("is suspended"))).toBe(true);
    expect(told(ada, lanternTypes.placed)).toBe(1);
    ada.packet(lanternTypes.place, place);
    bob.echo(Uint8Array.of(1));
    world.advance(100_000);
    expect(told(ada, lanternTypes.placed)).toBe(1);
    expect(told(ada, errorType)).toBe(1);
    expect(bob.heard).toHaveLength(1);
    expect(ada.closed).toBeNull();
  });

  it("does not keep the realm busy, however long it is suspended", () => {
    const { world } = darkened();
    const before = world.journal().length;
    world.advance(60_000_000);
    expect(world.journal().length - before).toBeLessThan(400);
    expect(count(world, "steps_failed_total")).toBe(1);
  });

  it("[JRN-16] is tried again by the next start, and keeps its timers till then", () => {
    const { world } = darkened();
    const again = lit(brokenLantern, world.disk.afterCrash());
    again.advance(3_000_000);
    expect(again.exited).toBeNull();
    expect(count(again, "features_suspended_total")).toBe(1);
    const mended = new HostWorld({
      features: [...builtinFeatures, lantern],
      disk: again.disk.afterCrash(),
      build: "mended",
      config: { adoptTail: true },
    }).start();
    mended.advance(3_000_000);
    expect(mended.exited).toBeNull();
    expect(mended.journal().at(-1)?.event.type).toBe("time.reached");
    expect(count(mended, "features_suspended_total")).toBe(0);
  });

  it("replays as it went, in a follower and in a recovery", () => {
    const { world } = darkened();
    world.advance(10_000_000);
    expect(count(world, "replay_divergences_total")).toBe(0);
    expect(count(world, "follower_sequence")).toBe(world.journal().length);
    const again = lit(
      brokenLantern,
      world.disk.afterPowerLoss(() => 0),
    );
    expect(again.exited).toBeNull();
  });

  it("is left out as well when the process dies before it could tell", () => {
    const world = lit(brokenLantern);
    world.connect().packet(lanternTypes.place, place);
    world.advance(900_000);
    world.sleep(200_000);
    // The turn in which it throws, and its block on the way to the disk.
    world.turn();
    const disk = world.disk.afterCrash(1);
    const again = lit(brokenLantern, disk);
    again.advance(3_000_000);
    expect(again.exited).toBeNull();
    expect(count(again, "features_suspended_total")).toBeGreaterThan(0);
  });
});

describe("a feature whose answer throws", () => {
  const types = { ask: 10_950, asked: 10_951 };
  /** Asks the outside, and would have something to do a second later whatever comes of it. */
  const contract = defineContract("oracle", {
    ask: request(types.ask, session.v1.EchoRequest, types.asked, session.v1.EchoResponse, () => 0),
  });
  const consult = operation<{ readonly none: number }, number>("oracle.consult", {
    effect: "none",
    deadline: seconds(60),
    answer: (value) => Number(value),
  });
  const oracle = defineFeature({
    contract,
    version: 1,
    state: () => ({ rung: 0 }),
    timers: { ring: carried<{ readonly none: number }>() },
    calls: { consult: { operation: consult, replyTo: "ask" } },
  }).implement({
    packets: {
      ask: {
        states: ["connected"],
        handle(ctx) {
          ctx.timer("ring", 1, seconds(1), { none: 0 });
          ctx.call("consult", { none: 0 });
        },
      },
    },
    answers: {
      consult() {
        throw new Error("the oracle is silent");
      },
    },
    timers: {
      ring(ctx) {
        ctx.state.rung += 1;
      },
    },
  });

  /** It has asked; the answer has come and is in a turn that nobody has told of. */
  const answered = (): HostWorld => {
    const world = lit(oracle);
    world.connect().packet(types.ask, encodePayload(session.v1.EchoRequest, {}));
    world.settle();
    const [asked] = world.calls;
    if (asked === undefined) throw new Error("it was to ask");
    world.host.callDone(asked.call, { ok: true, answer: 1 });
    return world;
  };

  it("[JRN-16] is not suspended: only that answer is lost", () => {
    const world = answered().advance(3_000_000);
    expect(count(world, "steps_failed_total")).toBe(1);
    expect(count(world, "features_suspended_total")).toBe(0);
  });

  it("[JRN-16] is not suspended by the next start, when its timers were due long ago", () => {
    const world = answered();
    world.turn();
    const disk = world.disk.afterCrash(1);
    const wall = world.wallMicros + 30_000_000;
    const again = new HostWorld({ features: [...builtinFeatures, oracle], disk, wall }).start();
    again.advance(3_000_000);
    const told = again.journal().map(({ event }) => event.type);
    expect(told.filter((type) => type === "step.failed")).toHaveLength(1);
    expect(count(again, "steps_failed_total")).toBe(1);
    expect(count(again, "features_suspended_total")).toBe(0);
  });
});
