import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Budget, ConnectionEdge, Refusal } from "../../../src/core/edge/index.ts";
import { micros } from "../../../src/core/kernel/ids.ts";
import type { Micros } from "../../../src/core/kernel/ids.ts";
import { described, edgeOf, frame, start, types } from "../../unit/edge/setting.ts";
import { anyPolling, anySplit, chunksOf, joined, mutated } from "../wire/arbitraries.ts";

const runs = { numRuns: 1_000 };

const anyType = fc.constantFrom(
  types.echo,
  types.tell,
  types.login,
  types.echoReply,
  types.unserved,
  types.invalid,
);
const tight = {
  session: { perSecond: 2, burst: 12 },
  budgets: new Map([[types.tell, { perSecond: 1, burst: 3 }]]),
};

/** A stream of packets in sequence, sound or with something wrong that does not end it. */
const packets = fc
  .array(
    fc.record({
      type: anyType,
      payload: fc.uint8Array({ maxLength: 30 }),
      fault: fc.constantFrom("none", "none", "none", "none", "garbage", "size", "compressed"),
    }),
    { maxLength: 40 },
  )
  .map((sent) =>
    joined(
      sent.map(({ type, payload, fault }, index) => {
        const isCompressed = fault === "compressed";
        const whole = frame({ type, sequence: index + 1, isCompressed }, payload);
        if (fault === "garbage") whole.fill(0xff, 4);
        if (fault === "size" && payload.length > 0) whole[whole.indexOf(0x10, 8) + 1] = 99;
        return whole;
      }),
    ),
  );

const anyStream = fc.oneof(packets, mutated(packets), fc.uint8Array({ maxLength: 300 }));

function readAll(
  stream: Uint8Array,
  split: readonly number[],
  polling: readonly number[],
): string[] {
  const edge = edgeOf(tight);
  const said: string[] = [];
  let turn = 0;
  const take = (most: number): void => {
    for (let count = 0; count < most; count++) {
      const result = edge.poll(start);
      if (result === "starved") return;
      said.push(described(edge, result));
    }
  };
  for (const chunk of chunksOf(stream, split)) {
    edge.receive(chunk);
    take(polling[turn++ % polling.length] as number);
  }
  take(Infinity);
  for (let due = edge.reportDueAt(); due !== null; due = edge.reportDueAt()) {
    said.push(`report ${JSON.stringify(edge.takeReport(due))}`);
  }
  said.push(`broken ${String(edge.broken)}, waiting ${String(edge.bufferedBytes)}`);
  return said;
}

describe("ConnectionEdge", () => {
  it("[SES-09] [SES-13] says the same for any split and any interleaving, and throws on no bytes", () => {
    fc.assert(
      fc.property(anyStream, anySplit, anyPolling, (stream, split, polling) => {
        const whole = readAll(stream, [Infinity], [Infinity]);
        expect(readAll(stream, split, polling)).toEqual(whole);
      }),
      { numRuns: 2_000 },
    );
  });

  it("lets through, refuses and reports exactly what a naive model does", () => {
    const step = fc.record({
      type: anyType,
      // Mostly bursts, sometimes a pause that fills buckets and ends seconds.
      waitMicros: fc.oneof(
        { weight: 5, arbitrary: fc.constant(0) },
        { weight: 3, arbitrary: fc.nat({ max: 400_000 }) },
        { weight: 1, arbitrary: fc.constantFrom(1_000_000, 999_999, 333_333) },
        { weight: 1, arbitrary: fc.nat({ max: 20_000_000 }) },
      ),
    });
    const budget = fc.record({
      perSecond: fc.constantFrom(0.001, 0.3, 1, 2, 3, 7, 120),
      burst: fc.integer({ min: 1, max: 8 }),
    });
    const multiplier = fc.constantFrom(1, 1, 0.1, 0.5, 3);
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80 }),
        budget,
        budget,
        multiplier,
        (steps, ...given) => {
          const [session, tell, budgetMultiplier] = given;
          const edge = edgeOf({
            session,
            budgets: new Map([[types.tell, tell]]),
            budgetMultiplier,
          });
          const model = new NaiveEdge(session, tell, budgetMultiplier);
          let at = start;
          steps.forEach(({ type, waitMicros }, index) => {
            at = micros(at + waitMicros);
            expect(reportsOf(edge, at)).toEqual(model.reports(at));
            edge.receive(frame({ type, sequence: index + 1 }, new Uint8Array(0)));
            expect(outcomeOf(edge, at)).toEqual(model.judge(type, index + 1, at));
            expect(edge.reportDueAt()).toBe(model.dueAt());
          });
          expect(reportsOf(edge, micros(at + 1_000_000))).toEqual(
            model.reports(micros(at + 1_000_000)),
          );
        },
      ),
      runs,
    );
  });

  it("loses no refusal, however late the reports are taken and however many types are named", () => {
    const step = fc.tuple(
      fc.constantFrom("send", "send", "send", "send", "take"),
      fc.integer({ min: 20_000, max: 20_040 }),
      fc.nat({ max: 700_000 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const edge = edgeOf();
        let at = start;
        let sent = 0;
        let told = 0;
        for (const [what, type, waitMicros] of steps) {
          at = micros(at + waitMicros);
          if (what === "take") {
            told += edge.takeReport(at)?.count ?? 0;
            continue;
          }
          edge.receive(frame({ type, sequence: ++sent }));
          if (edge.poll(at) === "refused") told += edge.refusal.count;
        }
        for (let due = edge.reportDueAt(); due !== null; due = edge.reportDueAt()) {
          expect(due).toBeLessThanOrEqual(at + 1_000_000);
          told += edge.takeReport(due)?.count ?? 0;
        }
        expect(told).toBe(sent);
      }),
      runs,
    );
  });
});

function reportsOf(edge: ConnectionEdge, at: Micros): Refusal[] {
  const reports: Refusal[] = [];
  for (let report = edge.takeReport(at); report !== null; report = edge.takeReport(at)) {
    reports.push(report);
  }
  return sorted(reports);
}

function outcomeOf(edge: ConnectionEdge, at: Micros): "packet" | "withheld" | Refusal {
  const result = edge.poll(at);
  if (result === "packet") return "packet";
  return result === "refused" ? edge.refusal : "withheld";
}

const sorted = (reports: Refusal[]): Refusal[] =>
  reports.toSorted((a, b) => a.packetType - b.packetType || (a.reason < b.reason ? -1 : 1));

interface Withheld {
  readonly type: number;
  readonly reason: string;
  readonly sequence: number;
}

/** Token buckets in fractions of any precision, refusals as a list: no cleverness, no bounds. */
class NaiveEdge {
  private readonly session: NaiveBucket;
  private readonly tell: NaiveBucket;
  private readonly open = new Map<string, { opened: number; withheld: Withheld[] }>();

  constructor(session: Budget, tell: Budget, multiplier: number) {
    this.session = new NaiveBucket(session, multiplier);
    this.tell = new NaiveBucket(tell, multiplier);
  }

  judge(type: number, sequence: number, at: number): "packet" | "withheld" | object {
    const reason = this.reasonAgainst(type, at);
    if (reason === null) return "packet";
    const key = `${String(type)} ${reason}`;
    const second = this.open.get(key);
    if (second === undefined || at >= second.opened + 1_000_000) {
      this.open.set(key, { opened: at, withheld: [] });
      return { packetType: type, reason, count: 1, sequence };
    }
    second.withheld.push({ type, reason, sequence });
    return "withheld";
  }

  reports(at: number): object[] {
    const reports: Refusal[] = [];
    for (const [key, { opened, withheld }] of this.open) {
      if (withheld.length === 0 || at < opened + 1_000_000) continue;
      const last = withheld.at(-1) as Withheld;
      const { type: packetType, reason, sequence } = last;
      reports.push({ packetType, reason, count: withheld.length, sequence } as never);
      this.open.delete(key);
    }
    return sorted(reports);
  }

  dueAt(): number | null {
    const due = [...this.open.values()].filter(({ withheld }) => withheld.length > 0);
    return due.length === 0 ? null : Math.min(...due.map(({ opened }) => opened + 1_000_000));
  }

  private reasonAgainst(type: number, at: number): string | null {
    if (type === types.invalid) return "INVALID_PACKET";
    if (type === types.unserved) return "NOT_SERVED";
    if (type === types.echoReply) return "SERVER_ONLY";
    const buckets = type === types.tell ? [this.session, this.tell] : [this.session];
    if (buckets.some((bucket) => !bucket.holdsOne(at))) return "RATE_LIMITED";
    for (const bucket of buckets) bucket.takeOne();
    return null;
  }
}

class NaiveBucket {
  /** In 10^-9 tokens, as a fraction of any size. */
  private tokens: bigint;
  private readonly most: bigint;
  private readonly perMicro: bigint;
  private at: number = start;

  constructor({ perSecond, burst }: Budget, multiplier: number) {
    this.most = BigInt(Math.max(1, Math.round(burst * multiplier))) * 1_000_000_000n;
    this.perMicro = BigInt(Math.max(1, Math.round(perSecond * multiplier * 1_000)));
    this.tokens = this.most;
  }

  holdsOne(at: number): boolean {
    this.tokens += BigInt(at - this.at) * this.perMicro;
    if (this.tokens > this.most) this.tokens = this.most;
    this.at = at;
    return this.tokens >= 1_000_000_000n;
  }

  takeOne(): void {
    this.tokens -= 1_000_000_000n;
  }
}
