/**
 * A checker that never fails proves nothing: each one here meets at least one planted bug, in a
 * host that is otherwise the production one, and must be the one that finds it.
 */
import { describe, expect, it } from "vitest";
import { calmOptions, simulate } from "../../../src/sim/index.ts";
import type { PartialOptions, SimulationFailure } from "../../../src/sim/index.ts";
import {
  deafServer,
  foreignBytes,
  forgetfulFeature,
  leakyTable,
  lyingSync,
  missedTurns,
  skippedWrites,
  throwingHost,
  uncountedHandshakes,
  untoldEnd,
} from "../../support/planted/echo.ts";
import { overStep, sabotaged } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

const small: PartialOptions = {
  seconds: 3,
  workload: { clients: 4, rudePerMillion: 0, thinkMicros: 30_000, stayMaxMicros: 1_500_000 },
  disk: calmOptions.disk,
  follower: calmOptions.follower,
  process: { endsMax: 0 },
};

/** The first failure among some seeds. What is planted counts over runs, so each is made once. */
function firstFailure(
  sabotage: Sabotage,
  fixed: PartialOptions = small,
  { seeds = 15, twice = false }: { readonly seeds?: number; readonly twice?: boolean } = {},
): SimulationFailure {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { features } = sabotage;
    const { failure } = simulate({
      seed,
      fixed,
      twice,
      host: sabotaged(sabotage),
      ...(features === undefined ? {} : { features }),
    });
    if (failure !== null) return failure;
  }
  throw new Error(`none of ${String(seeds)} seeds has failed`);
}

describe("the simulator finds", () => {
  it("[SMG-04] a table that keeps a session which is gone", () => {
    const { checker, rule } = firstFailure(leakyTable());
    expect([checker, rule]).toEqual(["session-index", "echo: nobody is remembered"]);
  });

  it("[SES-06] a packet that is skipped", () => {
    const { checker } = firstFailure(skippedWrites(40));
    // Whoever looks at the socket sees it before the client does.
    expect(["client-order", "frames"]).toContain(checker);
  });

  it("[SES-05] a connection whose end is never told", () => {
    const { checker } = firstFailure(untoldEnd());
    expect(checker).toBe("one-close");
  });

  it("[SES-05] a connection whose end is told twice", () => {
    const { checker } = firstFailure({
      machine: (machine) =>
        overStep(machine, (event, outbox, go) => {
          go(event, outbox);
          if (event.type === "connection.closed") {
            try {
              go(event, outbox);
            } catch {
              // The realm refuses it; the checker must have seen it all the same.
              go({ ...event, type: "connection.ended" }, outbox);
            }
          }
        }),
    });
    expect(["one-close", "process-health", "containment"]).toContain(checker);
  });

  it("[SES-16] a deadline for silence that is too long, or too short", () => {
    const silent: PartialOptions = {
      ...small,
      seconds: 6,
      server: { idleTimeoutMicros: 1_500_000 },
      network: { cutPerMillion: 20_000 },
    };
    const long = firstFailure({ variation: { realm: { idleTimeoutMs: 1_600 } } }, silent);
    const short = firstFailure({ variation: { realm: { idleTimeoutMs: 1_400 } } }, silent);
    expect([long.checker, short.checker]).toEqual(["silence", "silence"]);
  });

  it("[JRN-01] an answer that leaves before its event is durable", () => {
    const stormy: PartialOptions = { ...small, process: { endsMax: 4, restartMaxMicros: 100_000 } };
    const leaving = (durability: "none" | "written") =>
      firstFailure({ variation: { host: { durability } } }, stormy, { seeds: 60 });
    expect(leaving("none").checker).toBe("frames");
    expect(leaving("written").checker).toBe("durability");
  });

  it("[JRN-01] a disk that says synced and is not", () => {
    const stormy: PartialOptions = { ...small, process: { endsMax: 4, restartMaxMicros: 100_000 } };
    const { checker } = firstFailure(lyingSync(), stormy, { seeds: 60 });
    // Either a client misses what it was told, or the journal has a hole that nobody made.
    expect(["durability", "damage"]).toContain(checker);
  });

  it("[JRN-05] a feature that remembers outside of its state", () => {
    const { checker } = firstFailure(forgetfulFeature(), {
      ...small,
      server: { idleTimeoutMicros: 1_500_000 },
    });
    expect(["replay-equality", "determinism"]).toContain(checker);
  });

  it("[MON-04] a handshake that is not counted", () => {
    const { checker } = firstFailure(uncountedHandshakes(), {
      ...small,
      server: { security: "tls" },
      handshake: { abandonedPerMillion: 300_000 },
    });
    expect(checker).toBe("counters");
  });

  it("[NET-06] a cap that is one too high", () => {
    const { checker } = firstFailure(
      { variation: { host: { connectionsMax: 3 } } },
      { ...small, server: { connectionsMax: 2 } },
    );
    expect(checker).toBe("connection-cap");
  });

  it("[SES-01] an answer with another session's bytes", () => {
    const { checker, rule } = firstFailure(foreignBytes());
    expect([checker, rule]).toEqual([
      "tagged-payload",
      "an echo comes back to the session that asked",
    ]);
  });

  it("a host that throws", () => {
    const { checker } = firstFailure(throwingHost());
    expect(checker).toBe("process-health");
  });

  it("a server that does not come back", () => {
    const { checker } = firstFailure(deafServer());
    expect(checker).toBe("liveness");
  });

  it("a run that does not go the same way twice", () => {
    const { checker, message } = firstFailure(missedTurns(), small, { twice: true });
    expect(checker).toBe("determinism");
    expect(message).toMatch(/^the same plan goes the same way twice: step \d+ was first /);
  });

  it("and has nothing to say of the host as it is", () => {
    const { failure, determinismChecked } = simulate({ seed: 1, fixed: small });
    expect(failure).toBeNull();
    expect(determinismChecked).toBe(true);
  });
});
