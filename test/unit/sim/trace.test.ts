/** Where two traces differ, and where one of them may end before the other. */
import { describe, expect, it } from "vitest";
import type { Step } from "../../../src/sim/checkers/checker.ts";
import { Trace } from "../../../src/sim/trace.ts";

const step = (digest: number): Step =>
  ({ event: { type: "time.reached", at: 1 }, digest }) as unknown as Step;

/** @param marks after how many steps it has its mark; null: never */
function traceOf(digests: readonly number[], marks: number | null): Trace {
  const trace = new Trace();
  for (const [index, digest] of digests.entries()) {
    if (index === marks) trace.mark();
    trace.add(step(digest), 10, index);
  }
  if (marks === digests.length) trace.mark();
  return trace;
}

describe("two traces", () => {
  it("are equal, or differ in the first step that is another", () => {
    expect(traceOf([1, 2, 3], null).differsFrom(traceOf([1, 2, 3], null))).toBeNull();
    expect(traceOf([1, 2, 3], null).differsFrom(traceOf([1, 9, 3], null))).toMatch(/^step 1 /);
    expect(traceOf([1, 2, 3], null).differsFrom(traceOf([1, 2], null))).toMatch(/^step 2 /);
  });

  it("are equal when the second ends where both have their mark, and only then", () => {
    const whole = traceOf([1, 2, 3], 2);
    expect(whole.differsFrom(traceOf([1, 2], 2))).toBeNull();
    expect(whole.differsFrom(traceOf([1, 9], 2))).toMatch(/^step 1 /);
    expect(whole.differsFrom(traceOf([1], 1))).toMatch(/^step 1 /);
    expect(whole.differsFrom(traceOf([1, 2], null))).toMatch(/^step 2 /);
    expect(whole.differsFrom(traceOf([1, 2, 4], 2))).toMatch(/^step 2 /);
    expect(traceOf([1, 2], 2).differsFrom(whole)).toMatch(/^step 2 /);
  });
});
