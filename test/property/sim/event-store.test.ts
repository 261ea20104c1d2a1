/**
 * Wallets that are what their events have made of them, under all faults; and bugs planted in the
 * store of events are found by a feature's own rule.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { wallet } from "../../../examples/wallet/wallet.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { RandomStream } from "../../../src/core/kernel/random.ts";
import { StreamStore } from "../../../src/core/realm/event-store.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { ClientScript, SimulationResult, Workload } from "../../../src/sim/index.ts";

const seconds = 6;
const features = [...builtinFeatures, wallet];

/** Two players to a wallet, who count its versions up again and again: so most of them conflict. */
const spenders: Workload = (seed) =>
  ["1", "2", "3", "4"].map((name): ClientScript => {
    const random = RandomStream.named([seed, 0, 0, 2], `spender/${name}`);
    const owner = Number(name) <= 2 ? "ada" : "bob";
    const actions: ClientScript["actions"][number][] = [{ type: "start", atMicros: 0 }];
    let version = 0;
    for (let at = 50_000; at < seconds * 1_000_000; at += random.between(10_000, 30_000)) {
      const change = { owner, amount: random.between(-2, 9) || 1, version };
      version = (version + 1) % 60;
      actions.push(
        random.chance(9, 10)
          ? { type: "request", atMicros: at, contract: "wallet", key: "change", message: change }
          : {
              type: "request",
              atMicros: at,
              contract: "wallet",
              key: "list",
              message: { owner, fromVersion: 1 + random.below(40) },
            },
      );
    }
    return { kind: "player", name, actions } as ClientScript;
  });

const play = (seed: number): SimulationResult =>
  simulate({
    seed,
    features,
    workload: spenders,
    fixed: { seconds, process: { endsMax: 3, crashesMax: 3, restartMaxMicros: 300_000 } },
  });

function firstFailure(seeds: number): string | null {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = play(seed);
    if (failure !== null) return failure.message;
  }
  return null;
}

afterEach(() => vi.restoreAllMocks());

describe("a feature that keeps its events, under faults", () => {
  it("[DIST-03] folds them to the state that it had, whatever crashes", () => {
    const faults = new Map<string, number>();
    for (let seed = 1; seed <= 12; seed += 1) {
      const { failure, faults: struck } = play(seed);
      expect(failure?.message ?? null, `seed ${String(seed)}`).toBeNull();
      for (const [name, count] of Object.entries(struck)) {
        faults.set(name, (faults.get(name) ?? 0) + count);
      }
    }
    expect(faults.get("process.crash")).toBeGreaterThan(0);
  });

  it("[DIST-03] a replay without the snapshot is found", () => {
    vi.spyOn(StreamStore.prototype, "replay").mockImplementation(function (
      this: StreamStore,
      id: string,
    ) {
      let balance = 0;
      for (const { event } of this.events(id, 1).events) {
        const { type, amount } = event as { readonly type: string; readonly amount: number };
        balance += type === "paidIn" ? amount : -amount;
      }
      return { balance };
    });
    expect(firstFailure(12)).toMatch(/all wallets together/);
  });

  it("[DIST-03] a checkpoint without the newest event is found", () => {
    const sound = StreamStore.prototype.table;
    vi.spyOn(StreamStore.prototype, "table").mockImplementation(function (this: StreamStore) {
      const { version, entities } = sound.call(this) as {
        readonly version: PlainData;
        readonly entities: ReadonlyMap<string, { readonly tail: readonly PlainData[] }>;
      };
      const cut = Array.from(entities, ([id, entity]) => {
        const tail = entity.tail.length > 2 ? entity.tail.slice(0, -2) : entity.tail;
        return [id, { ...entity, tail }] as const;
      });
      return { version, entities: new Map(cut) };
    });
    expect(firstFailure(12)).not.toBeNull();
  });

  it("[DIST-03] an append that minds no version is found", () => {
    const sound = StreamStore.prototype.append;
    let overlooked = 0;
    vi.spyOn(StreamStore.prototype, "append").mockImplementation(function (
      this: StreamStore,
      id,
      expected,
      events,
      at,
    ) {
      const appended = sound.call(this, id, expected, events, at);
      if (appended.ok || appended.code !== "CONFLICT") return appended;
      overlooked += 1;
      sound.call(this, id, "any", events, at);
      return appended;
    });
    expect(firstFailure(12)).toMatch(/all wallets together/);
    expect(overlooked).toBeGreaterThan(0);
  });
});
