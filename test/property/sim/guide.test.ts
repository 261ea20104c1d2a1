/**
 * What docs/SIMULATOR.md shows to whoever writes a feature: each block of its TypeScript stands
 * here, is type-checked and run. The last test holds the page to that.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { builtinFeatures } from "reprise";
import { CheckFailure, simulate } from "reprise/sim";
import type { Checker, ClientPacket, PartialOptions, PlayerAction, Workload } from "reprise/sim";
import { describe, expect, it } from "vitest";
import { lantern as pb } from "../../../examples/lantern/gen/lantern.js";
import { lantern } from "../../../examples/lantern/lantern.ts";
import { lamp } from "../../support/lamp.ts";

const features = [...builtinFeatures, lantern];

/** Three players; each lights a lantern every 700 ms. */
const lamplighters: Workload = (_seed, { seconds }) =>
  ["ada", "bob", "cy"].map((name) => ({
    kind: "player",
    name,
    actions: [
      { atMicros: 0, type: "start" } as const,
      ...Array.from({ length: seconds }, (_, n) => ({ atMicros: (n + 1) * 700_000, ...place })),
    ],
  }));

const place: PlayerAction = {
  type: "request",
  contract: "lantern",
  key: "place",
  message: { burnSeconds: 2 },
};

describe("a feature of one's own under faults", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])("keeps its rules in seed %i", (seed) => {
    const { failure, answered } = simulate({ seed, features, workload: lamplighters });
    expect(failure?.message).toBeUndefined();
    expect(answered).toBeGreaterThan(0);
  });

  it("is played with options that are fixed", () => {
    const fixed: PartialOptions = {
      seconds: 5,
      network: { resetPerMillion: 2_000 },
      process: { endsMax: 3, restartMaxMicros: 500_000 },
    };
    const { failure, options, faults } = simulate({ seed: 1, features, fixed });
    expect(failure?.message).toBeUndefined();
    expect(options.process.endsMax).toBe(3);
    expect(faults["process.crash"]).toBeGreaterThan(0);
  });
});

/** A lantern goes dark once: no client is told of it a second time. */
class DarkOnceChecker implements Checker {
  readonly name = "dark-once";
  checked = 0;
  readonly #told = new Set<string>();

  clientReceived({ link, type, payload }: ClientPacket): void {
    if (type !== 10_003) return;
    this.checked += 1;
    const [client = ""] = link.split(".");
    const told = `${client}/${String(pb.v1.Dark.decode(payload).id)}`;
    if (this.#told.has(told)) throw new CheckFailure(this.name, "a lantern goes dark once", told);
    this.#told.add(told);
  }
}

describe("a checker of one's own", () => {
  it("looks on at every client, through crashes and reconnects", () => {
    let darkened = 0;
    for (let seed = 1; seed <= 10; seed += 1) {
      const checkers = () => [new DarkOnceChecker()];
      const { failure, checked } = simulate({ seed, features, workload: lamplighters, checkers });
      expect(failure?.message).toBeUndefined();
      darkened += checked["dark-once"] ?? 0;
    }
    // A rule that was never put to the test has not held.
    expect(darkened).toBeGreaterThan(0);
  });
});

/** Each asks for a lamp of three seconds, for which oil has to be bought. */
const buyers: Workload = (_seed, { seconds }) => [
  {
    kind: "player",
    name: "ada",
    actions: [
      { atMicros: 0, type: "start" },
      ...Array.from({ length: seconds }, (_, n) => ({
        atMicros: (n + 1) * 900_000,
        type: "request" as const,
        contract: "lamp",
        key: "light",
        message: { bytes: new Uint8Array(3) },
      })),
    ],
  },
];

describe("performers of one's own", () => {
  it("answer the feature's calls, early, late, twice or never", () => {
    const performers = {
      "data.buyOil": (request: unknown) => (request as { readonly count: number }).count,
      "data.lookUp": () => "seen",
    };
    const fixed: PartialOptions = { calls: { duplicatePerMillion: 300_000 } };
    const { failure, faults } = simulate({
      seed: 1,
      features: [...builtinFeatures, lamp],
      workload: buyers,
      performers,
      fixed,
    });
    expect(failure?.message).toBeUndefined();
    expect(faults["call.duplicate"]).toBeGreaterThan(0);
  });
});

describe("docs/SIMULATOR.md", () => {
  it("takes the TypeScript of its chapter on features from this file", () => {
    const flat = (text: string): string => text.replaceAll(/^ +/gm, "").trim();
    const path = join(import.meta.dirname, "../../../docs/SIMULATOR.md");
    const [, chapter = ""] = readFileSync(path, "utf8").split("## A feature of your own\n");
    const [page = ""] = chapter.split(/^## /m);
    const own = flat(readFileSync(import.meta.filename, "utf8"));
    const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
    expect(blocks.length).toBeGreaterThanOrEqual(6);
    for (const block of blocks) expect(own).toContain(flat(block));
  });
});
