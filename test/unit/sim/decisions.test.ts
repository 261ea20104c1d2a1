import { describe, expect, it } from "vitest";
import { Decisions } from "../../../src/sim/decisions.ts";
import type { Subject } from "../../../src/sim/decisions.ts";

const drawTen = (subject: Subject): number[] =>
  Array.from({ length: 10 }, () => subject.next<number>(0, (random) => random.below(3)));

describe("decisions", () => {
  it("are the same for the same seed, whatever else is drawn in between", () => {
    const plain = Decisions.drawn(7, false);
    const alone = drawTen(plain.subject("network/1.1/toServer/delay"));
    const busy = Decisions.drawn(7, false);
    const other = busy.subject("network/2.1/toServer/delay");
    const subject = busy.subject("network/1.1/toServer/delay");
    const mixed = Array.from({ length: 10 }, () => {
      other.next<number>(0, (random) => random.below(100));
      return subject.next<number>(0, (random) => random.below(3));
    });
    expect(mixed).toEqual(alone);
    expect(drawTen(Decisions.drawn(8, false).subject("network/1.1/toServer/delay"))).not.toEqual(
      alone,
    );
  });

  it("that were drawn and kept make a plan that decides the same", () => {
    const drawn = Decisions.drawn(3, true);
    const first = drawTen(drawn.subject("a"));
    const planned = Decisions.planned(drawn.taken ?? new Map());
    expect(drawTen(planned.subject("a"))).toEqual(first);
    expect(planned.taken).toEqual(drawn.taken);
    expect(drawn.taken?.size).toBe(first.filter((value) => value !== 0).length);
  });

  it("are as usual for what a plan leaves out or cannot mean", () => {
    const planned = Decisions.planned(
      new Map<string, number | string>([
        ["a#1", 5],
        ["a#2", "nonsense"],
      ]),
    );
    const subject = planned.subject("a");
    const values = [1, 2, 3].map(() => subject.next<number>(0, () => 9));
    expect(values).toEqual([0, 5, 0]);
  });

  it("are as usual once it is calm", () => {
    const decisions = Decisions.drawn(3, false);
    const subject = decisions.subject("a");
    decisions.calm = true;
    expect(subject.next<number>(4, () => 9)).toBe(4);
    decisions.calm = false;
    expect(subject.next<number>(4, () => 9)).toBe(9);
  });
});
