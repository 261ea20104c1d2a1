import { describe, expect, it } from "vitest";
import { poisoned, PoisonedError } from "../../support/poison.ts";

const touches: Record<string, () => unknown> = {
  "Date.now": () => Date.now(),
  "new Date": () => new Date(),
  Date: () => Date(),
  "performance.now": () => performance.now(),
  "process.hrtime": () => process.hrtime(),
  "Math.random": () => Math.random(),
  "crypto.randomUUID": () => crypto.randomUUID(),
  "crypto.getRandomValues": () => crypto.getRandomValues(new Uint8Array(1)),
  setTimeout: () => setTimeout(() => undefined, 0),
  setInterval: () => setInterval(() => undefined, 1),
  setImmediate: () => setImmediate(() => undefined),
  "process.nextTick": () => {
    process.nextTick(() => undefined);
  },
  queueMicrotask: () => {
    queueMicrotask(() => undefined);
  },
};

describe("poisoned", () => {
  it.each(Object.entries(touches))("refuses %s", (_, touch) => {
    expect(() => poisoned(touch)).toThrow(PoisonedError);
  });

  it("gives everything back, also after a throw", () => {
    const before = [Date, Date.now, performance.now, Math.random, setTimeout, crypto.randomUUID];
    expect(() => poisoned(() => Date.now())).toThrow(PoisonedError);
    poisoned(() => undefined);
    const after = [Date, Date.now, performance.now, Math.random, setTimeout, crypto.randomUUID];
    expect(after).toEqual(before);
    expect(Object.getOwnPropertyDescriptor(performance, "now")).toBeUndefined();
    expect(Number.isNaN(new Date().getTime())).toBe(false);
  });

  it("hands on what the call returns and throws", () => {
    expect(poisoned(() => 7)).toBe(7);
    expect(() =>
      poisoned(() => {
        throw new RangeError("mine");
      }),
    ).toThrow(RangeError);
  });

  it("refuses a call that goes on after it has returned", () => {
    expect(() => poisoned(() => Promise.resolve(1))).toThrow(TypeError);
  });
});
