/**
 * Planted bugs for the checkers that look at the host's manners: how sockets end, who is served
 * when, what throws, and whether what files stand on is what it has always been.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { SocketId } from "../../../src/core/contract.ts";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { HostCounters } from "../../../src/core/host/counters.ts";
import type * as checksum from "../../../src/core/journal/checksum.ts";
import type * as digests from "../../../src/core/kernel/digest.ts";
import { defineFeature } from "../../../src/core/realm/index.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { overProducers, overriding, sabotaged } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

const planted = vi.hoisted(() => ({ checksums: false, digests: false }));

vi.mock("../../../src/core/journal/checksum.ts", async (load) => {
  const real = await load<typeof checksum>();
  const crc32: typeof real.crc32 = (...given) =>
    planted.checksums ? real.crc32(...given) ^ 1 : real.crc32(...given);
  return { ...real, crc32 };
});
vi.mock("../../../src/core/kernel/digest.ts", async (load) => {
  const real = await load<typeof digests>();
  const finish: typeof real.finish = (digest) =>
    planted.digests ? real.finish(digest) ^ 1 : real.finish(digest);
  return { ...real, finish };
});

afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(planted, { checksums: false, digests: false });
});

const small: PartialOptions = {
  seconds: 4,
  workload: { clients: 4, rudePerMillion: 0, thinkMicros: 30_000, stayMaxMicros: 1_500_000 },
  disk: { syncFailedPerMillion: 0, writeFailedPerMillion: 0 },
  process: { endsMax: 0 },
};

/** What is found first, `checker: rule`. Each seed meets a bug that is made anew. */
function found(make: () => Sabotage, fixed: PartialOptions = small, seeds = 15): string {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = simulate({ seed, fixed, twice: false, host: sabotaged(make()) });
    if (failure !== null) return `${failure.checker}: ${failure.rule}`;
  }
  throw new Error(`none of ${String(seeds)} seeds has failed`);
}

describe("the simulator finds, in how links end,", () => {
  it("[SES-18] one that is cut without a reason", () => {
    const cutting = (): Sabotage => ({
      syscalls: (syscalls) =>
        overriding(syscalls, { closeSocket: (socket) => syscalls.closeSocket(socket, "reset") }),
    });
    expect(found(cutting)).toBe("endings: a link is cut only for a reason");
  });

  it("[SES-18] one that ends though nobody has said so", () => {
    const ending = (): Sabotage => {
      let writes = 0;
      return {
        syscalls: (syscalls) =>
          overriding(syscalls, {
            write: (socket, bytes) => {
              const unsent = syscalls.write(socket, bytes);
              if ((writes += 1) === 20) syscalls.closeSocket(socket, "flush");
              return unsent;
            },
          }),
      };
    };
    expect(found(ending)).toBe("endings: a link ends when the realm says so");
  });

  it("[MON-04] one that takes too long and is not counted", () => {
    const add = Reflect.get(HostCounters.prototype, "add");
    vi.spyOn(HostCounters.prototype, "add").mockImplementation(function (
      this: HostCounters,
      ...given: Parameters<HostCounters["add"]>
    ) {
      const [name] = given;
      if (name !== "connections_reset_late_total") add.apply(this, given);
    });
    const stalling: PartialOptions = {
      ...small,
      disk: { stallsMax: 3, spellMaxMicros: 12_000_000 },
    };
    expect(found(() => ({}), stalling)).toBe(
      "endings: whoever is cut because he is late is counted",
    );
  });

  it("[NET-21] orders for a socket that has long been gone", () => {
    const late = (): Sabotage => {
      const gone: SocketId[] = [];
      let turns = 0;
      let reset: (socket: SocketId) => void = () => undefined;
      return {
        syscalls: (syscalls) => {
          reset = (socket) => syscalls.closeSocket(socket, "reset");
          return syscalls;
        },
        port: (port) =>
          overriding(
            overProducers(port, (producer) => ({
              socketClosed: (socket, code) => {
                gone.push(socket);
                producer.socketClosed(socket, code);
              },
            })),
            {
              turn: () => {
                port.turn();
                if ((turns += 1) % 400 === 0) for (const socket of gone) reset(socket);
              },
            },
          ),
      };
    };
    expect(found(late)).toBe("endings: nothing is ordered of a socket that is gone");
  });

  it("[TLS-07] a server that drains and still listens", () => {
    const open = (): Sabotage => ({
      syscalls: (syscalls) => overriding(syscalls, { stopListening: () => undefined }),
    });
    const draining = { ...small, seconds: 8, process: { endsMax: 6, crashesMax: 0 } };
    expect(found(open, draining, 60)).toBe("endings: a server that drains does not listen");
  });

  it("[NET-21] a peer for whom more is kept than the limit", () => {
    const generous = (): Sabotage => ({
      variation: { host: { outboundBytesMax: 1 << 26, outboundHighBytes: 1 << 25 } },
    });
    const slow: PartialOptions = {
      seconds: 6,
      workload: { clients: 4, rudePerMillion: 1_000_000 },
      process: { endsMax: 0 },
    };
    expect(found(generous, slow, 60)).toBe(
      "endings: a peer that does not read costs no more than the limit",
    );
  });
});

describe("the simulator finds", () => {
  it("[HND-06] somebody who is served out of his turn", () => {
    const greedy = (): Sabotage => ({ variation: { host: { packetsPerRoundMax: 10_000 } } });
    const busy: PartialOptions = {
      ...small,
      workload: { clients: 8, thinkMicros: 1_000, rudePerMillion: 300_000 },
      server: { packetsPerRoundMax: 2 },
    };
    expect(found(greedy, busy, 60)).toBe(
      "fairness: nobody is served out of his turn while others wait",
    );
  });

  it("a built-in feature that throws", () => {
    const throwing = (): Sabotage => {
      const echo = defineFeature({
        contract: echoContract,
        version: 1,
        state: () => ({}),
      }).implement({
        packets: {
          echo: {
            states: ["connected"],
            handle: (ctx, bytes) => {
              if (Number(ctx.session.id) === 3) throw new TypeError("x is not a function");
              ctx.reply({ bytes });
            },
          },
          promptEcho: { states: ["connected"], handle: (ctx, bytes) => ctx.reply({ bytes }) },
        },
      });
      return { features: [...builtinFeatures.filter(({ name }) => name !== "echo"), echo] };
    };
    expect(found(throwing)).toBe("containment: no built-in feature throws");
  });

  it("[JRN-04] checksums and digests that are others than they were, everywhere alike", () => {
    planted.checksums = true;
    expect(found(() => ({}))).toBe("known-answers: checksums are what they have always been");
    planted.checksums = false;
    planted.digests = true;
    expect(found(() => ({}))).toBe("known-answers: digests are what they have always been");
  });
});
