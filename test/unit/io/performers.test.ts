import { expect, it } from "vitest";
import type { CallResult } from "../../../src/core/contract.ts";
import { callId } from "../../../src/core/kernel/ids.ts";
import type { CallId } from "../../../src/core/kernel/ids.ts";
import { CallFailure, defaultPerformerLimits, Performers } from "../../../src/io/performers.ts";
import type { Performer, PerformerLimits } from "../../../src/io/performers.ts";
import { until } from "../../support/condition.ts";

interface Desk {
  readonly performers: Performers;
  readonly results: Map<CallId, CallResult>;
  readonly failures: string[];
}

function desk(
  performers: Readonly<Record<string, Performer>>,
  limits: Partial<PerformerLimits> = {},
): Desk {
  const results = new Map<CallId, CallResult>();
  const failures: string[] = [];
  return {
    results,
    failures,
    performers: new Performers({
      performers,
      limits: { ...defaultPerformerLimits, ...limits },
      completed: (call, result) => {
        expect(results.has(call), "one completion a call").toBe(false);
        results.set(call, result);
      },
      failed: (operation, code) => failures.push(`${operation} ${code}`),
    }),
  };
}

const never: Performer = () => new Promise(() => undefined);
const failure = (code: string): CallResult => ({ ok: false, code }) as CallResult;

it("answers with what the performer resolves to, and hands it request and key", async () => {
  const { performers, results } = desk({
    add: (request, call) => Promise.resolve({ request, call }),
  });
  performers.perform(callId(7), "add", [1, 2n]);
  expect(results.size).toBe(0);
  await until("the answer", () => results.size === 1);
  const answer = { request: [1, 2n], call: 7 };
  expect(results.get(callId(7))).toEqual({ ok: true, answer });
});

it("turns what goes wrong into codes", async () => {
  const { performers, results, failures } = desk(
    {
      throws: () => {
        throw new Error("at once");
      },
      rejects: () => Promise.reject(new Error("later")),
      knows: () => Promise.reject(new CallFailure("LIMIT_REACHED", "sold out")),
      never,
    },
    { timeoutMs: 20 },
  );
  for (const [index, name] of ["throws", "rejects", "knows", "never", "unknown"].entries()) {
    performers.perform(callId(index), name, null);
  }
  expect(results.size).toBe(0);
  await until("all five", () => results.size === 5);
  expect([0, 1, 2, 3, 4].map((index) => results.get(callId(index)))).toEqual([
    failure("INTERNAL"),
    failure("INTERNAL"),
    failure("LIMIT_REACHED"),
    failure("UNAVAILABLE"),
    failure("UNAVAILABLE"),
  ]);
  expect(failures.toSorted()).toEqual([
    "knows LIMIT_REACHED",
    "never UNAVAILABLE",
    "rejects INTERNAL",
    "throws INTERNAL",
    "unknown UNAVAILABLE",
  ]);
});

it("[NMT-19] runs a bounded number of an operation's calls, in order, and refuses what waits too long a line", async () => {
  const gates: (() => void)[] = [];
  const started: CallId[] = [];
  const { performers, results } = desk(
    {
      slow: (_request, call) => {
        started.push(call);
        return new Promise((resolve) => gates.push(() => resolve(null)));
      },
      quick: () => Promise.resolve("quick"),
    },
    { runningMax: 2, waitingMax: 3 },
  );
  for (let index = 0; index < 6; index += 1) performers.perform(callId(index), "slow", null);
  performers.perform(callId(9), "quick", null);
  await until("the refused and the quick one", () => results.size === 2);
  expect(results.get(callId(5))).toEqual(failure("LIMIT_REACHED"));
  expect(results.get(callId(9))).toEqual({ ok: true, answer: "quick" });
  expect(started).toEqual([0, 1]);
  while (results.size < 7) {
    const open = gates.shift();
    await until("the next to start", () => open !== undefined || gates.length > 0);
    open?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(started.length - [...results.keys()].filter((call) => call < 5).length).toBeLessThan(3);
  }
  expect(started).toEqual([0, 1, 2, 3, 4]);
});

it("gives a place to the next when a performer is past its time, and ignores its late answer", async () => {
  let late: (() => void) | null = null;
  let aborted = false;
  const { performers, results } = desk(
    {
      first: (request, _call, signal) => {
        if (request === "quick") return Promise.resolve("done");
        signal.addEventListener("abort", () => (aborted = true));
        return new Promise((resolve) => (late = () => resolve("too late")));
      },
    },
    { runningMax: 1, timeoutMs: 30 },
  );
  performers.perform(callId(1), "first", "slow");
  await until("the timeout", () => results.size === 1);
  expect(aborted).toBe(true);
  performers.perform(callId(2), "first", "quick");
  await until("the second", () => results.size === 2);
  (late as (() => void) | null)?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(results.get(callId(1))).toEqual(failure("UNAVAILABLE"));
  expect(results.get(callId(2))).toEqual({ ok: true, answer: "done" });
});

it("completes nothing after its close", async () => {
  const { performers, results } = desk(
    { quick: () => Promise.resolve(1), never },
    { runningMax: 1 },
  );
  performers.perform(callId(1), "quick", null);
  performers.perform(callId(2), "never", null);
  performers.perform(callId(3), "never", null);
  performers.close();
  await new Promise((resolve) => setImmediate(resolve));
  expect(results.size).toBe(0);
});
