/** What does not go the same way twice is located: the first step, and the first field of it. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { defineContract, defineFeature, toClient } from "../../../src/index.ts";
import { describeDivergence, locateDivergence, rerunOf } from "../../../src/sim/index.ts";
import type { ProbeOrder, SimulateOptions } from "../../../src/sim/index.ts";
import { fieldsOf } from "../../../src/sim/probe.ts";
import { simulate } from "../../../src/sim/simulate.ts";

const contract = defineContract("dice", { rolled: toClient(10_001, pb.v1.EchoResponse) });

/** Notes a roll at every tenth tick, and tells everybody the last one after a second. */
const dice = (roll: () => number) =>
  defineFeature({
    contract,
    version: 1,
    state: () => ({ ticks: 0, byPlace: new Map([["table", { rolls: [] as number[] }]]) }),
  }).implement({
    packets: {},
    tick: {
      every: 1,
      run(ctx) {
        ctx.state.ticks += 1;
        if (ctx.state.ticks % 10 !== 0) return;
        ctx.state.byPlace.get("table")?.rolls.push(roll());
        if (ctx.state.ticks === 40) ctx.broadcast("rolled", { bytes: Uint8Array.of(roll()) });
      },
    },
  });

const given = (roll: () => number): SimulateOptions => ({
  seed: 3,
  fixed: { seconds: 4, process: { endsMax: 0 }, workload: { rudePerMillion: 0 } },
  features: [...builtinFeatures, dice(roll)],
});

describe("a run that does not go the same way twice", () => {
  it("is located where the state first differs, long before anybody is told", () => {
    let rolls = 0;
    const { failure } = simulate(given(() => (rolls += 1) % 100));
    expect(failure?.checker).toBe("determinism");
    const [said, located] = (failure?.message ?? "").split("; first at ");
    expect(said).toMatch(/^the same plan goes the same way twice: step \d+ was first /);
    expect(located).toMatch(/^step \d+, simulated: time\.reached at \d+ us: /);
    expect(located).toMatch(/ state\.feature:dice\.byPlace\{"table"\}\.rolls\[0\] is \d+ and \d+$/);
    const [seen, first] = [...(failure?.message ?? "").matchAll(/step (\d+)/g)].map(([, step]) =>
      Number(step),
    );
    expect(first).toBeLessThan(seen ?? 0);
  });

  it("is located in the state where that differs in the step that tells of it", () => {
    let rolls = 0;
    const { failure } = simulate({
      ...given(() => 7),
      features: [
        ...builtinFeatures,
        defineFeature({ contract, version: 1, state: () => ({ last: 0 }) }).implement({
          packets: {},
          tick: {
            every: 30,
            run(ctx) {
              ctx.state.last = rolls += 1;
              ctx.broadcast("rolled", { bytes: Uint8Array.of(ctx.state.last) });
            },
          },
        }),
      ],
    });
    expect(failure?.message).toMatch(/us: state\.feature:dice\.last is \d+ and \d+$/);
  });

  it("is located in what was sent where the state is the same", () => {
    let told = 0;
    const { failure } = simulate({
      ...given(() => 7),
      features: [
        ...builtinFeatures,
        defineFeature({ contract, version: 1, state: () => ({ ticks: 0 }) }).implement({
          packets: {},
          tick: {
            every: 30,
            run: (ctx) => ctx.broadcast("rolled", { bytes: Uint8Array.of((told += 1)) }),
          },
        }),
      ],
    });
    expect(failure?.message).toMatch(/us: effects\[\d+\]\.bytes\[\d+\] is \d+ and \d+$/);
  });

  it("says so when only the first run was another", () => {
    let rolls = 0;
    const { failure } = simulate(given(() => ((rolls += 1) < 10 ? rolls : 50)));
    expect(failure?.message).toMatch(
      /later runs were all alike, so something is kept from the first/,
    );
  });

  it("is not looked into where nobody wants to know", () => {
    let rolls = 0;
    const { failure } = simulate({ ...given(() => (rolls += 1) % 100), locate: false });
    expect(failure?.message).toMatch(/; then [^;]* us$/);
  });
});

describe("notes of a run", () => {
  const rerun = rerunOf(given(() => 7));

  it("change nothing", () => {
    const bare = rerun({ tables: null, record: null });
    const noted = rerun({ tables: { from: 0, to: 1_000_000, stride: 1 }, record: 5 });
    expect(noted.chain).toEqual(bare.chain);
    expect(Object.keys(noted.tables)).toHaveLength(bare.chain.length);
    expect(noted.record?.name).toMatch(/^simulated: \S+/);
    expect(noted.record?.fields.map(([path]) => path)).toContain("event.type");
    expect(locateDivergence(rerun, rerun)).toBeNull();
  });

  it("say that a step is missing", () => {
    const short = (order: ProbeOrder) => {
      const notes = rerun(order);
      const record = order.record === 10 ? null : notes.record;
      return { ...notes, chain: notes.chain.slice(0, 10), record };
    };
    const divergence = locateDivergence(rerun, short);
    expect(divergence).toMatchObject({ step: 10, second: "nothing", field: "event.type" });
    expect(divergence === null ? "" : describeDivergence(divergence)).toMatch(
      /^step 10, simulated: .* and nothing: event\.type is "[a-z.]+" and nothing$/,
    );
  });
});

it("the first step whose state differs is found among a hundred thousand, in a few runs", () => {
  const steps = 100_000;
  const seen = fc.integer({ min: 0, max: steps - 1 });
  fc.assert(
    fc.property(seen, fc.nat(steps), (shown, before) => {
      const hidden = Math.max(0, shown - before);
      let runs = 0;
      const side =
        (own: number) =>
        ({ tables, record }: ProbeOrder) => {
          runs += 1;
          const chain = Array.from({ length: steps }, (_, step) => (step < shown ? 0 : own));
          const noted: Record<number, readonly number[]> = {};
          const { from, to, stride } = tables ?? { from: 0, to: -1, stride: 1 };
          for (let step = from; step <= to; step += stride) {
            noted[step] = [1, step < hidden ? 0 : own];
          }
          const fields = [["state", String(own)]] as const;
          return { chain, tables: noted, record: record === null ? null : { name: "x", fields } };
        };
      expect(locateDivergence(side(1), side(2))).toMatchObject({ step: hidden, field: "state" });
      expect(runs).toBeLessThanOrEqual(10);
    }),
    { numRuns: 50 },
  );
});

it("every part of a value has a path of its own", () => {
  const value = {
    a: [1, -0],
    b: new Map<string | number, null>([
      ["x", null],
      [7, null],
    ]),
    c: new Set(["y"]),
    d: new Float64Array([0.5]),
    e: 9n,
    f: "9",
  };
  expect(fieldsOf("v", value)).toEqual([
    ["v.a[0]", "1"],
    ["v.a[1]", "-0"],
    ['v.b{"x"}', "null"],
    ["v.b{7}", "null"],
    ["v.c{#0}", '"y"'],
    ["v.d[0]", "0.5"],
    ["v.e", "9n"],
    ["v.f", '"9"'],
  ]);
});
