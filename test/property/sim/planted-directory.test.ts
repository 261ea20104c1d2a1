/**
 * Bugs in what servers tell the directory, in what it says of them, and in logouts: each must be
 * found, and by the checker whose rule it breaks.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Outbox } from "../../../src/core/contract.ts";
import type * as directory from "../../../src/core/features/accounts/directory.ts";
import type { LoginKey, ServerReport } from "../../../src/core/features/accounts/index.ts";
import type * as rows from "../../../src/core/features/accounts/login-rows.ts";
import { MemoryTables } from "../../../src/core/features/accounts/memory-store.ts";
import { loginContract } from "../../../src/core/features/contracts.ts";
import { featuresOf } from "../../../src/core/features/index.ts";
import type { Feature } from "../../../src/core/realm/index.ts";
import { decodePayload, encodePayload } from "../../../src/core/wire/index.ts";
import type { Decoded } from "../../../src/core/wire/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";
import { overriding, overStep } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

type Choose = typeof directory.chooseServers;

/** What stands in for the rules of the accounts; null where the real ones are used. */
const planted = vi.hoisted(() => ({
  choose: null as ((choose: Choose) => Choose) | null,
  endsNothing: false,
}));

vi.mock("../../../src/core/features/accounts/directory.ts", async (load) => {
  const real = await load<typeof directory>();
  const chooseServers: Choose = (...given) =>
    (planted.choose?.(real.chooseServers) ?? real.chooseServers)(...given);
  return { ...real, chooseServers };
});

vi.mock("../../../src/core/features/accounts/login-rows.ts", async (load) => {
  const real = await load<typeof rows>();
  const loginEnded: typeof rows.loginEnded = (...given) =>
    planted.endsNothing ? null : real.loginEnded(...given);
  return { ...real, loginEnded };
});

afterEach(() => {
  vi.restoreAllMocks();
  planted.choose = null;
  planted.endsNothing = false;
});

/** What is found first, `checker: rule`. */
function found(make: () => Sabotage, fixed: PartialOptions = {}): string {
  // The bug is in the server only, which its follower would tell first, and has no criers.
  const players = { criers: "none", ...fixed.players } as const;
  return firstFound({ follower: { everyEvents: 0 }, ...fixed, players }, { seeds: 30, make });
}

const nowhere = (): Sabotage => ({});
const twoServers: PartialOptions = { players: { gameServers: 2, loginsPerMinute: 120 } };
/** Whose link vanishes, and who leaves elsewhere, logs out by his token: his session is there. */
const vanishing: PartialOptions = {
  players: {
    ...{ accounts: 1, gameServers: 1, tokenLifetimeMs: 3_600_000, loginsPerMinute: 120 },
    elsewherePerMillion: 500_000,
  },
  workload: { clients: 6, rudePerMillion: 0, stayMaxMicros: 1_500_000 },
};

/** Reports fail, and who was told of has gone soon. */
const unsure: PartialOptions = {
  calls: { failedPerMillion: 300_000 },
  workload: { stayMaxMicros: 1_000_000 },
};

type Implementation = Feature["implementation"];

/** Game servers with a feature that is implemented otherwise. */
const changing = (
  name: string,
  change: (real: Implementation) => Partial<Implementation>,
): Sabotage => ({
  role: "game",
  features: featuresOf("game").map((feature) => {
    if (feature.name !== name) return feature;
    const { implementation } = feature;
    return { ...feature, implementation: { ...implementation, ...change(implementation) } };
  }),
});

type Answered = Implementation["answers"][string];

/** A feature that hears otherwise of what it has asked. */
const hearing = (
  [name, call]: readonly [feature: string, call: string],
  hear: (answered: Answered) => Answered,
): Sabotage =>
  changing(name, ({ answers }) => {
    const answered = answers[call];
    if (answered === undefined) throw new Error(`${name} does not ask for ${call}`);
    return { answers: { ...answers, [call]: hear(answered) } };
  });

interface Reporting {
  readonly state: {
    isReporting: boolean;
    readonly known: Map<number, string>;
    readonly doubted: Map<string, number>;
  };
  count(counter: string): void;
}

interface Report {
  readonly players: number;
  readonly entered: readonly LoginKey[];
  readonly left: readonly LoginKey[];
  readonly reset: boolean;
}

/** Game servers that report otherwise. */
const reporting = (change: (report: Report) => Partial<Report>): Sabotage => ({
  role: "game",
  realm: (machine) =>
    overStep(machine, (event, outbox, go) => {
      const call: Outbox["call"] = (id, operation, request, effect, asker) => {
        const report = request as unknown as Report;
        const told = operation === "directory.report" ? { ...report, ...change(report) } : request;
        outbox.call(id, operation, told, effect, asker);
      };
      go(event, overriding(outbox, { call }));
    }),
});

type Reply = Decoded<typeof loginContract.entries.login.reply>;

/** Login servers that tell otherwise which servers there are. */
const listing = (change: (servers: Reply["gameServers"]) => Reply["gameServers"]): Sabotage => {
  const { reply, replyType } = loginContract.entries.login;
  return {
    role: "login",
    realm: (machine) =>
      overStep(machine, (event, outbox, go) => {
        const payload: Outbox["payload"] = (type, bytes, start = 0, end = bytes.length) => {
          const told = type === replyType ? decodePayload(reply, bytes, start, end) : null;
          if (told?.success !== true) return outbox.payload(type, bytes, start, end);
          const changed = Object.assign(told, { gameServers: change(told.gameServers) });
          return outbox.payload(type, encodePayload(reply, changed).slice());
        };
        go(event, overriding(outbox, { payload }));
      }),
  };
};

describe("[AUTH-13] the simulator finds a list of servers", () => {
  const asToldRule = "listing: a login lists the servers that the accounts have listed";
  const asListedRule = "desk: the servers with room are listed as they have reported, by load";

  it("that has one player too many", () => {
    const crowded = () =>
      listing((servers) =>
        servers?.map((server) => ({ ...server, currentPlayers: (server.currentPlayers ?? 0) + 1 })),
      );
    expect(found(crowded)).toBe(asToldRule);
  });

  it("that a login server has turned round", () => {
    expect(found(() => listing((servers) => servers?.toReversed()), twoServers)).toBe(asToldRule);
  });

  it("that the accounts have turned round", () => {
    planted.choose = (choose) => (reports, nowMs) => {
      const { servers, known } = choose(reports, nowMs);
      return { servers: servers.toReversed(), known };
    };
    expect(found(nowhere, twoServers)).toBe(asListedRule);
  });

  it("whose numbers never change", () => {
    const put = Reflect.get(MemoryTables.prototype, "putServer");
    vi.spyOn(MemoryTables.prototype, "putServer").mockImplementation(function (
      this: MemoryTables,
      report: ServerReport,
      instance: string,
    ) {
      put.call(this, { ...report, players: 0 }, instance);
    });
    expect(found(nowhere)).toBe(asListedRule);
  });

  it("with a server that has been silent for too long", () => {
    planted.choose = (choose) => (reports, nowMs) => {
      const seenAtMs = nowMs - 1_000;
      return choose(
        Array.from(reports, (report) => ({ ...report, seenAtMs })),
        nowMs,
      );
    };
    expect(found(nowhere, { calls: { lostPerMillion: 300_000 } })).toBe(asListedRule);
  });

  it("that is called empty and is not", () => {
    planted.choose = (choose) => (reports, nowMs) => ({
      servers: [],
      known: choose(reports, nowMs).known,
    });
    expect(found(nowhere)).toBe("desk: only where no server has room there is none");
  });
});

it("[AUTH-20] the simulator finds servers that are called full one player too soon", () => {
  planted.choose = (choose) => (reports, nowMs) => {
    const { servers, known } = choose(reports, nowMs);
    return { servers: servers.filter(({ players, max }) => players + 1 < max), known };
  };
  const narrow: PartialOptions = { players: { playersMax: 3, loginsPerMinute: 120 } };
  expect(found(nowhere, narrow)).toBe("desk: only where no server has room there is none");
});

describe("[AUTH-13] the simulator finds reports", () => {
  it("that count one too many", () => {
    const crowded = () => reporting(({ players }) => ({ players: players + 1 }));
    expect(found(crowded)).toBe("reports: a report counts those who are in the world");
  });

  it("that count nobody", () => {
    const empty = () => reporting(() => ({ players: 0 }));
    expect(found(empty)).toBe("reports: a report counts those who are in the world");
  });

  it("that come every other second", () => {
    const slow = () =>
      changing("entry", ({ tick }) => ({
        tick: tick === null ? null : { ...tick, every: 61 },
      }));
    expect(found(slow)).toBe("reports: a server reports once a second");
  });

  it("that do not wait for each other", () => {
    const hasty = () =>
      changing("entry", ({ tick }) => ({
        tick: {
          every: 1,
          run: (ctx) => {
            (ctx as { readonly state: { isReporting: boolean } }).state.isReporting = false;
            tick?.run(ctx);
          },
        },
      }));
    // It never rests, which would be told first.
    const fixed: PartialOptions = { players: { isRestless: true } };
    expect(found(hasty, fixed)).toBe("reports: one report is under way");
  });

  it.each([
    ["entered", "whoever has come is reported"],
    ["left", "whoever has gone is reported"],
  ])("that say nothing of those who have %s", (which, rule) => {
    expect(found(() => reporting(() => ({ [which]: [] })))).toBe(`reports: ${rule}`);
  });

  it("that failed, may have been believed, and are not taken back", () => {
    const sure = () =>
      hearing(["entry", "report"], (answered) => (ctx, answer, carry) => {
        answered(ctx, answer, answer.ok ? carry : { ...(carry as object), entered: [] });
      });
    expect(found(sure, unsure)).toBe(
      "reports: whoever may be believed to be here and has gone is reported",
    );
  });

  it("that say once more who has come", () => {
    const forgetful = () =>
      hearing(["entry", "report"], (answered) => (ctx, answer, carry) => {
        answered(ctx, answer, carry);
        (ctx as Reporting).state.known.clear();
      });
    const fixed: PartialOptions = { workload: { stayMaxMicros: 60_000_000 } };
    expect(found(forgetful, fixed)).toBe("reports: whoever has come is reported once");
  });

  it("that say once more who has gone", () => {
    const doubtful = () =>
      hearing(["entry", "report"], (answered) => (ctx, answer, carry) => {
        const { doubted } = (ctx as Reporting).state;
        const before = [...doubted];
        answered(ctx, answer, carry);
        for (const [login, player] of before) doubted.set(login, player);
      });
    expect(found(doubtful, unsure)).toBe("reports: whoever has gone may be believed to be here");
  });

  it("of somebody who has never come", () => {
    const stranger = [7, "nobody's"] as unknown as LoginKey;
    const forged = () => reporting(({ entered }) => ({ entered: [...entered, stranger] }));
    expect(found(forged)).toBe("reports: whoever has come is here");
  });

  it("in which whoever comes has gone", () => {
    const crossed = () => reporting(({ entered, left }) => ({ left: [...left, ...entered] }));
    expect(found(crossed)).toBe("reports: whoever has gone is not here");
  });

  it("that take nothing back after a start", () => {
    const proud = () => reporting(() => ({ reset: false }));
    expect(found(proud)).toBe("reports: a start takes back what others have said");
  });

  it("[AUTH-17] whose evictions are not heard", () => {
    const deaf = () =>
      hearing(["entry", "report"], (answered) => (ctx, answer, carry) => {
        const value = answer.ok ? { ...(answer.value as object), evict: [] } : null;
        answered(ctx, value === null ? answer : { ok: true, value }, carry);
      });
    expect(found(deaf, vanishing)).toBe("reports: whose login is over is told to end");
  });

  it("of a server that is supplanted and stays", () => {
    const stubborn = (): Sabotage => ({
      ...hearing(["entry", "report"], () => (ctx) => {
        const reporting = ctx as Reporting;
        reporting.state.isReporting = false;
        reporting.count('directory_reports_total{outcome="supplanted"}');
      }),
      machine: (machine) =>
        overStep(machine, (event, outbox, go) => {
          const isReport =
            event.type === "call.completed" &&
            event.result.ok &&
            Object.hasOwn(event.result.answer as object, "evict");
          const answer = { evict: [], isSupplanted: true };
          go(isReport ? { ...event, result: { ok: true, answer } } : event, outbox);
        }),
    });
    expect(found(stubborn)).toBe("reports: a server that is supplanted plays nobody");
  });
});

describe("[AUTH-17] the simulator finds", () => {
  it("accounts that tell no server whose login is over", () => {
    vi.spyOn(MemoryTables.prototype, "evictionsOf").mockReturnValue([]);
    expect(found(nowhere, vanishing)).toBe("desk: a server ends whose login is over");
  });

  it("accounts that have everybody ended", () => {
    vi.spyOn(MemoryTables.prototype, "evictionsOf").mockImplementation(function (
      this: MemoryTables,
      server: number,
    ) {
      return this.loginsOn(server).map(({ row }) => [row.player, row.tokenId] as const);
    });
    expect(found(nowhere)).toBe("desk: nobody is ended whose login is good");
  });

  it("accounts that end no login", () => {
    planted.endsNothing = true;
    expect(found(nowhere, { players: { bans: 0 } })).toBe(
      "desk: a login that is good can be ended, and no other",
    );
  });

  it("a logout by token that ends nothing", () => {
    const idle = () =>
      hearing(["account", "verify"], (answered) => (ctx, answer, carry) => {
        const value = { kind: "invalid", reason: "revoked" };
        answered(ctx, answer.ok ? { ok: true, value } : answer, carry);
      });
    expect(found(idle, vanishing)).toBe("logouts: a logout that succeeds has ended a login");
  });

  it("a logout that ends another login", () => {
    const crossed = (): Sabotage => ({
      role: "game",
      realm: (machine) =>
        overStep(machine, (event, outbox, go) => {
          const call: Outbox["call"] = (id, operation, request, effect, asker) => {
            const other = { ...(request as object), tokenId: "another" };
            const told = operation === "logins.end" ? other : request;
            outbox.call(id, operation, told, effect, asker);
          };
          go(event, overriding(outbox, { call }));
        }),
    });
    expect(found(crossed)).toBe("logouts: a logout ends the login of who asks for it");
  });

  it("a logout that is carried out and refused", () => {
    const sorry = () =>
      hearing(["account", "end"], (answered) => (ctx, _answer, carry) => {
        answered(ctx, { ok: false, code: "UNAVAILABLE" }, carry);
      });
    expect(found(sorry)).toBe("logouts: whose login has ended is told so");
  });

  it("a logout whose session stays", () => {
    const lingering = () =>
      hearing(["account", "end"], () => (ctx) => {
        (ctx as { reply: (message: object) => void }).reply({ success: true });
      });
    expect(found(lingering)).toBe("logouts: whoever has logged out has no session");
  });
});
