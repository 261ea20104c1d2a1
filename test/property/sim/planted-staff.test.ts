/**
 * Servers that take orders from whom they should not, or carry them out otherwise: planted bugs
 * that the simulator's staff finds.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { operate } from "../../../src/core/features/operate/feature.ts";
import { playerRoles } from "../../../src/core/kernel/roles.ts";
import type { PlayerRole } from "../../../src/core/kernel/roles.ts";
import { RealmMachine } from "../../../src/core/realm/machine.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";

const watched: PartialOptions = {
  seconds: 10,
  workload: { clients: 6, rudePerMillion: 0 },
  players: { accounts: 6, gameServers: 1, staff: 3, criers: "none" },
};

/** What is found first, `checker: rule`. */
const found = (seeds = 40): string => firstFound(watched, { seeds });

type Key = "sessions" | "kick" | "announce";
type Context = Record<string, unknown>;
interface Order {
  roles: readonly PlayerRole[];
  handle(ctx: Context, message: never): void;
}
const orders = operate.implementation.packets as unknown as Record<Key, Order>;

/** An order is carried out with something else in the place of what it uses. */
function plant(key: Key, other: (ctx: Context) => Context): void {
  const order = orders[key];
  const { handle } = order;
  vi.spyOn(order, "handle").mockImplementation((ctx, message) => {
    const changed = other(ctx);
    const planted = new Proxy(ctx, {
      get(target, name) {
        if (typeof name === "string" && name in changed) return changed[name];
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    handle(planted, message);
  });
}

/** An order is for others than it should be. */
function allow(key: Key, roles: readonly PlayerRole[]): void {
  const order = orders[key];
  const right = order.roles;
  order.roles = roles;
  after.push(() => void (order.roles = right));
}

const after: (() => void)[] = [];
type Call = (...given: unknown[]) => unknown;
const own = (ctx: Context, name: string): Call => (ctx[name] as Call).bind(ctx);

type Answering = (ctx: Context, answer: { readonly value: unknown }) => void;

/** A page is answered otherwise. */
function listing(change: (page: Page) => void): void {
  plant("sessions", (ctx) => ({
    reply(page: Page) {
      change(page);
      own(ctx, "reply")(page);
    },
  }));
}
interface Page {
  sessions: Record<string, unknown>[];
  more: boolean;
  total: number;
}

describe("the simulator finds, of those who look after servers,", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    for (const undo of after.splice(0)) undo();
  });

  it("[AUTH-21] nothing, when all is as it should be", () => {
    expect(() => found(12)).toThrow("no seed has failed");
  });

  it("[AUTH-21] that everybody is listed to", () => {
    allow("sessions", playerRoles);
    expect(found()).toBe("staff: nobody looks after a server but who may");
  });

  // Whoever names nobody is told that, which is more than he may know.
  it.each(["kick", "announce"] as const)("[AUTH-21] that %s is for everybody", (key) => {
    allow(key, playerRoles);
    expect(found()).toBe("staff: who may not look after a server is told so, and counted");
  });

  it("[AUTH-21] that a moderator may not kick", () => {
    allow("kick", ["operator"]);
    expect(found()).toBe("staff: who may look after a server is not refused");
  });

  it("[AUTH-21] that a moderator kicks an operator", () => {
    plant("kick", (ctx) => ({ session: { ...(ctx["session"] as object), role: "operator" } }));
    expect(found()).toBe("staff: a moderator ends no session of an operator");
  });

  it("[AUTH-21] that somebody else is kicked", () => {
    plant("kick", (ctx) => ({
      disconnect(_: number, code: string) {
        own(ctx, "disconnect")((ctx["session"] as { readonly id: number }).id, code);
      },
    }));
    expect(found()).toBe("staff: a kick ends the session that it names");
  });

  it("[AUTH-21] that nobody is kicked", () => {
    plant("kick", () => ({ disconnect: () => undefined }));
    expect(found()).toBe("staff: a kick ends one session");
  });

  it("[AUTH-21] that somebody is kicked whom nobody has named", () => {
    const disconnect = RealmMachine.prototype.disconnect;
    vi.spyOn(RealmMachine.prototype, "disconnect").mockImplementation(function (
      this: RealmMachine,
      ...given
    ) {
      if (given[1] === "TIMEOUT") given[1] = "KICKED";
      disconnect.apply(this, given);
    });
    expect(found()).toBe("staff: nobody is kicked but by an order");
  });

  it("[AUTH-21] that nobody is found by his name", () => {
    plant("kick", () => ({ sessions: new Map() }));
    expect(found()).toBe("staff: whoever is here is found");
  });

  it("[AUTH-21] that nobody is found by his number", () => {
    plant("kick", (ctx) => ({
      sessions: {
        get: () => undefined,
        [Symbol.iterator]: () => (ctx["sessions"] as Iterable<unknown>)[Symbol.iterator](),
      },
    }));
    expect(found()).toBe("staff: whoever is here is found");
  });

  it("[AUTH-21] that somebody else is ended with him", () => {
    plant("kick", (ctx) => ({
      disconnect(id: number, code: string) {
        own(ctx, "disconnect")(id, code);
        const all = [...(ctx["sessions"] as Iterable<{ readonly id: number }>)];
        const other = all.find((one) => one.id !== id);
        if (other !== undefined) own(ctx, "disconnect")(other.id, "GOODBYE");
      },
    }));
    expect(found()).toBe("staff: a kick ends one session");
  });

  it("[AUTH-21] that the log names another one", () => {
    plant("kick", (ctx) => ({
      log: (level: string, message: string, fields: object) =>
        own(ctx, "log")(level, message, { ...fields, player: 99 }),
    }));
    expect(found()).toBe("staff: the log names who gave an order and whom it struck");
  });

  it("[AUTH-21] that an announcement is refused and heard all the same", () => {
    plant("announce", (ctx) => ({ reply: () => own(ctx, "refuse")("UNAVAILABLE") }));
    expect(found()).toBe("staff: nothing is announced but by an order");
  });

  it("[AUTH-21] that an announcement has other words", () => {
    plant("announce", (ctx) => ({
      broadcast: (key: string, message: object, states: unknown) =>
        own(ctx, "broadcast")(key, { ...message, message: "never mind" }, states),
    }));
    expect(found()).toBe("staff: an announcement says what was ordered");
  });

  it("[AUTH-21] that players operate", () => {
    const { answers } = operate.implementation as unknown as { answers: Record<string, Answering> };
    const verify = answers["verify"];
    if (verify === undefined) throw new Error("operators show a token");
    vi.spyOn(answers, "verify").mockImplementation((ctx, answer) => {
      const value = answer.value as { readonly role?: PlayerRole } | undefined;
      const isPlayer = value?.role === "player";
      verify(ctx, isPlayer ? { ...answer, value: { ...value, role: "moderator" } } : answer);
    });
    expect(found()).toBe("staff: nobody operates but who may");
  });

  it("[AUTH-21] that an announcement reaches those in the world only", () => {
    plant("announce", (ctx) => ({
      broadcast: (key: string, message: unknown) =>
        own(ctx, "broadcast")(key, message, ["inWorld"]),
    }));
    expect(found()).toBe("staff: an announcement reaches each who is somebody, once");
  });

  it("[AUTH-21] that an announcement counts one more", () => {
    plant("announce", (ctx) => ({
      reply: ({ receivers }: { readonly receivers: number }) =>
        own(ctx, "reply")({ receivers: receivers + 1 }),
    }));
    expect(found()).toBe("staff: an announcement says how many it reached");
  });

  it("[AUTH-21] that a page counts those that it lists", () => {
    listing((page) => void (page.total = page.sessions.length));
    expect(found()).toBe("staff: a page says how many sessions there are");
  });

  it("[AUTH-21] that a page leaves out its last one", () => {
    listing((page) => void page.sessions.pop());
    expect(found()).toBe("staff: a page lists as many as were asked for");
  });

  it("[AUTH-21] that no page says that there are more", () => {
    listing((page) => void (page.more = false));
    expect(found()).toBe("staff: a page lists as many as were asked for");
  });

  it("[AUTH-21] that every page is the first", () => {
    const { handle } = orders.sessions;
    vi.spyOn(orders.sessions, "handle").mockImplementation((ctx, page) =>
      handle(ctx, { ...(page as object), after: 0 } as never),
    );
    expect(found()).toBe("staff: a page lists as many as were asked for");
  });

  it("[AUTH-21] that a page says of none that it is encrypted", () => {
    listing(({ sessions }) => {
      for (const one of sessions) one["secure"] = false;
    });
    expect(found()).toBe("staff: a page lists sessions as they stand");
  });

  it("[AUTH-21] that a page tells addresses to moderators", () => {
    plant("sessions", (ctx) => ({
      session: { ...(ctx["session"] as object), role: "operator" },
    }));
    expect(found()).toBe("staff: a page lists sessions as they stand");
  });

  it("[AUTH-21] that whoever operates is listed as in the world", () => {
    listing(({ sessions }) => {
      for (const one of sessions) if (one["state"] === 2) one["state"] = 3;
    });
    expect(found()).toBe("staff: a page lists sessions as they stand");
  });
});
