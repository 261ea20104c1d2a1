/** Bugs in what is said in one step, and in what was handed on: who looks there must find them. */
import { describe, expect, it } from "vitest";
import { KeptChecker } from "../../../src/sim/checkers/kept.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";
import { overriding, overStep } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

const calm: PartialOptions = {
  seconds: 4,
  process: { endsMax: 0, crashesMax: 0, stallPerMillion: 0, pausesMax: 0 },
  disk: { syncFailedPerMillion: 0, writeFailedPerMillion: 0 },
};

/** What is found first, `checker: rule`. */
const found = (sabotage: Sabotage): string =>
  firstFound(calm, { scenario: "upgrade", seeds: 20, make: () => sabotage });

/** Every packet goes to the host as one of the other delivery; who looks on sees what was meant. */
const swapped = (to: "prompt" | "committed"): Sabotage => ({
  machine: (machine) =>
    overStep(machine, (event, outbox, go) =>
      go(
        event,
        overriding(outbox, {
          send: (connection, payload, _delivery, sequence, inReplyTo) =>
            outbox.send(connection, payload, to, sequence, inReplyTo),
        }),
      ),
    ),
});

describe("the simulator finds, in one step,", () => {
  it("[JRN-01] what leaves before it is durable", () => {
    const rule = "what is to be durable does not leave in its own turn";
    const early: Sabotage = { variation: { host: { durability: "none" } } };
    expect(found(early)).toBe(`frames: ${rule}`);
  });

  it("[SES-06] what waits for the disk and need not", () => {
    const rule = "what need not be durable leaves in its own turn";
    expect(found(swapped("committed"))).toBe(`frames: ${rule}`);
  });

  it("[WIRE-04] a packet that is written over when it was handed on", () => {
    const checker = new KeptChecker();
    const payload = Uint8Array.of(1, 2, 3);
    const packet = { link: "1.1", type: 1, sequence: 1, inReplyTo: 0, delivery: "prompt" } as const;
    const see = (): void => {
      for (let count = 0; count < 20; count += 1) checker.clientReceived({ ...packet, payload });
    };
    see();
    expect(checker.checked).toBe(1);
    payload[0] = 9;
    expect(see).toThrow("a packet that was kept stays as it was");
  });
});
