import { describe, expect, it } from "vitest";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import { Counters, labelSetsMax } from "../../../src/core/kernel/counters.ts";

const definitions = {
  packets_refused_total: { help: "Packets turned away.", kind: "counter" },
  sessions: { help: "Sessions there are.", kind: "gauge" },
} as const;

describe("Counters", () => {
  it("adds up by name and by label set", () => {
    const counters = new Counters(definitions);
    counters.add('packets_refused_total{reason="FLOOD"}');
    counters.add('packets_refused_total{reason="FLOOD"}', 4);
    counters.add('packets_refused_total{reason="NOT_SERVED"}', 0);
    counters.add("sessions", 3);
    counters.add("sessions", -1);
    expect(counters.get('packets_refused_total{reason="FLOOD"}')).toBe(5);
    expect(counters.get('packets_refused_total{reason="NOT_SERVED"}')).toBe(0);
    expect(counters.get('packets_refused_total{reason="NEVER"}')).toBe(0);
    expect(counters.get("packets_refused_total")).toBe(0);
    expect(counters.get("sessions")).toBe(2);
    counters.set("sessions", 7);
    expect(counters.get("sessions")).toBe(7);
  });

  it("lists what an exporter needs, in a fixed order", () => {
    const counters = new Counters(definitions);
    counters.add('packets_refused_total{type="1",reason="B"}', 2);
    counters.add('packets_refused_total{reason="A"}');
    expect([...counters.entries()]).toEqual([
      {
        name: "packets_refused_total",
        labels: { type: "1", reason: "B" },
        value: 2,
        help: "Packets turned away.",
        kind: "counter",
      },
      {
        name: "packets_refused_total",
        labels: { reason: "A" },
        value: 1,
        help: "Packets turned away.",
        kind: "counter",
      },
      { name: "sessions", labels: {}, value: 0, help: "Sessions there are.", kind: "gauge" },
    ]);
    counters.add("packets_refused_total");
    expect([...counters.entries()].map(({ labels, value }) => [labels, value])).toEqual([
      [{}, 1],
      [{ type: "1", reason: "B" }, 2],
      [{ reason: "A" }, 1],
      [{}, 0],
    ]);
  });

  it("sums each name over its labels", () => {
    const counters = new Counters(definitions);
    counters.add('packets_refused_total{type="1"}', 2);
    counters.add('packets_refused_total{type="2"}', 3);
    counters.add("packets_refused_total");
    expect(counters.totals().get("packets_refused_total")).toBe(6);
    expect([...counters.totals().keys()]).toEqual([
      ...new Set([...counters.entries()].map(({ name }) => name)),
    ]);
  });

  it("takes the same labels in another order as the same metric", () => {
    const counters = new Counters(definitions);
    counters.add('packets_refused_total{a="1",b="2"}');
    counters.add('packets_refused_total{b="2",a="1"}');
    expect(counters.get('packets_refused_total{a="1",b="2"}')).toBe(2);
    expect([...counters.entries()]).toHaveLength(2);
  });

  it("reads escaped quotes, backslashes, line ends and braces in values", () => {
    const counters = new Counters(definitions);
    counters.add('sessions{path="a\\"b\\\\c\\nd},e="}', 1);
    expect([...counters.entries()].find(({ name }) => name === "sessions")?.labels).toEqual({
      path: 'a"b\\c\nd},e=',
    });
  });

  it.each([
    "unknown",
    'unknown{a="1"}',
    "sessions{",
    "sessions{}",
    "sessions}",
    'sessions{a="1"',
    'sessions{a="1",}',
    'sessions{a="1"}x',
    "sessions{a=1}",
    'sessions{="1"}',
    'sessions{a="1"b="2"}',
    'sessions{a="1",a="2"}',
    'sessions{a="\\x"}',
    'sessions{__proto__="1"}',
    "",
  ])("refuses the name %j", (name) => {
    const counters = new Counters(definitions);
    expect(() => counters.add(name)).toThrow(ApiMisuseError);
    expect(() => counters.set(name, 1)).toThrow(ApiMisuseError);
    expect(() => counters.get(name)).toThrow(ApiMisuseError);
  });

  it("refuses amounts that make no sense", () => {
    const counters = new Counters(definitions);
    for (const by of [-1, Number.NaN, Infinity]) {
      expect(() => counters.add("packets_refused_total", by)).toThrow(ApiMisuseError);
    }
    for (const value of [Number.NaN, -Infinity]) {
      expect(() => counters.set("sessions", value)).toThrow(ApiMisuseError);
      expect(() => counters.add("sessions", value)).toThrow(ApiMisuseError);
    }
    expect(() => counters.set("packets_refused_total", 1)).toThrow("is a counter");
    expect([counters.get("packets_refused_total"), counters.get("sessions")]).toEqual([0, 0]);
  });

  it("reads what is collected whenever somebody asks", () => {
    const counters = new Counters(definitions);
    let open = 3;
    counters.collect("sessions", () => open);
    counters.collect("packets_refused_total", () => 10 * open);
    counters.add('packets_refused_total{reason="NOT_SERVED"}', 2);
    expect(counters.get("sessions")).toBe(3);
    open = 4;
    expect(counters.get("sessions")).toBe(4);
    expect(counters.totals()).toEqual(
      new Map([
        ["packets_refused_total", 42],
        ["sessions", 4],
      ]),
    );
    expect(Array.from(counters.entries(), ({ value }) => value)).toEqual([40, 2, 4]);
    expect(() => counters.collect("never", () => 0)).toThrow('metric "never" is not defined');
  });

  it.each<[string, "counter" | "gauge", string]>([
    ["Sessions", "gauge", "snake case"],
    ["sessions_", "gauge", "snake case"],
    ["reprise_sessions", "gauge", "adds reprise_"],
    ["packets_refused", "counter", "_total"],
    ["sessions_total", "gauge", "_total"],
  ])("refuses to define %s as a %s", (name, kind, message) => {
    expect(() => new Counters({ [name]: { help: "Help.", kind } })).toThrow(message);
  });

  it("keeps label sets apart up to the limit and adds up the others as overflow", () => {
    const counters = new Counters(definitions);
    for (let index = 0; index < labelSetsMax + 100; index++) {
      counters.add(`packets_refused_total{peer="${index}"}`);
      counters.add(`packets_refused_total{peer="${index}"}`);
    }
    expect([...counters.entries()]).toHaveLength(labelSetsMax + 2);
    expect(counters.get('packets_refused_total{peer="0"}')).toBe(2);
    expect(counters.get(`packets_refused_total{peer="${labelSetsMax}"}`)).toBe(0);
    expect(counters.get('packets_refused_total{overflow="true"}')).toBe(200);
  });

  it("counts values of a histogram by bucket, what is above all bounds too", () => {
    const counters = new Counters({
      delay_seconds: { help: "How late.", kind: "histogram", bounds: [0.1, 1] },
    });
    for (const value of [0, 0.1, 0.2, 1, 7]) counters.observe("delay_seconds", value);
    const [entry] = [...counters.entries()];
    expect(entry).toMatchObject({ name: "delay_seconds", kind: "histogram", value: 5 });
    expect(entry?.buckets).toMatchObject({ bounds: [0.1, 1], counts: [2, 2, 1] });
    expect(entry?.buckets?.sum).toBeCloseTo(8.3);
    expect(() => counters.observe("delay_seconds", Number.NaN)).toThrow(ApiMisuseError);
    expect(() => counters.observe("never_seconds", 1)).toThrow(ApiMisuseError);
    expect(() => counters.add("delay_seconds")).toThrow(ApiMisuseError);
    const bounds = [1, 1];
    expect(() => new Counters({ odd: { help: "", kind: "histogram", bounds } })).toThrow("ascend");
  });
});
