/**
 * One player, several devices, a login server and two game servers on one store: whatever overtakes
 * what, and whoever is cut, logs out, is silent or comes back.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { realmConfig } from "../../../src/core/realm/index.ts";
import type { CallId, ConnectionId } from "../../../src/core/kernel/ids.ts";
import type { CallResult } from "../../../src/core/contract.ts";
import { PlayersWorld } from "../../support/players-world.ts";
import type { RoleDriver } from "../../support/role-driver.ts";

const pick = fc.nat(7);
const role = fc.nat(2);
const move = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("login" as const),
      device: fc.constantFrom("phone", "tablet", ""),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("enter" as const), pick, game: fc.nat(1) }),
  },
  // Taking effect and being answered are two moves: answers overtake each other.
  {
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constantFrom("perform" as const, "answer" as const),
      pick,
      role,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("cut" as const, "logout" as const, "fail" as const, "again" as const),
      pick,
      role,
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("settle" as const), role }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(4_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(40_000) }) },
);
type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;

/** What has taken effect and is on its way back. */
interface Answered {
  readonly role: RoleDriver;
  readonly call: CallId;
  readonly result: CallResult;
}

class Play {
  readonly world = new PlayersWorld({
    games: 2,
    config: { loginsPerMinute: 1_000_000, loginsBurst: 1_000_000 },
  });
  readonly open = new Map<RoleDriver, ConnectionId[]>();
  readonly answers: Answered[] = [];
  readonly tokens: number[] = [];
  /** The most sessions of one server that held the player at one time. */
  heldMost = 0;
  entered = 0;
  replaced = 0;

  make(next: Move): void {
    this.#make(next);
    for (const each of this.world.roles) this.#look(each);
  }

  #make(next: Move): void {
    switch (next.kind) {
      case "login": {
        const connection = this.#join(this.world.login);
        this.world.login.login(connection, { name: "Ada", device: next.device });
        return;
      }
      case "enter": {
        const game = this.world.games[next.game];
        const token = this.tokens[next.pick % Math.max(this.tokens.length, 1)];
        if (game !== undefined && token !== undefined) game.enter(this.#join(game), token);
        return;
      }
      case "pass":
        return this.#pass(next.ms);
      case "settle":
        // Everything that waits there, in its order.
        return this.#settle(this.#role(next.role));
      default:
        return this.#onRole(next, this.#role(next.role));
    }
  }

  #onRole(next: Extract<Move, { pick: number; role: number }>, on: RoleDriver): void {
    switch (next.kind) {
      case "perform":
        return this.#perform(on, next.pick);
      case "answer": {
        const [answered] = this.answers.splice(next.pick % Math.max(this.answers.length, 1), 1);
        if (answered !== undefined) answered.role.answer(answered.call, answered.result);
        return;
      }
      case "fail": {
        const call = on.waiting[next.pick % Math.max(on.waiting.length, 1)];
        if (call !== undefined) on.fail(call.operation, "UNAVAILABLE");
        return;
      }
      case "again": {
        // As a start does with what an earlier one was not answered: performed again, told once.
        const call = on.waiting[next.pick % Math.max(on.waiting.length, 1)];
        if (call !== undefined) this.world.desk.perform(call, on.caller);
        return;
      }
      case "cut":
      case "logout": {
        const list = this.#live(on);
        const connection = list[next.pick % Math.max(list.length, 1)];
        if (connection === undefined) return;
        if (next.kind === "cut") this.#close(on, connection);
        else on.logout(connection);
      }
    }
  }

  #perform(on: RoleDriver, which: number): void {
    const [call] = on.waiting.splice(which % Math.max(on.waiting.length, 1), 1);
    if (call === undefined) return;
    const result = this.world.desk.perform(call, on.caller);
    this.answers.push({ role: on, call: call.id, result });
  }

  #settle(on: RoleDriver): void {
    for (const { call, result } of this.#take(on)) on.answer(call, result);
    while (on.waiting.length > 0) on.settle();
  }

  #take(on: RoleDriver): Answered[] {
    const own = this.answers.filter((answered) => answered.role === on);
    for (const each of own) this.answers.splice(this.answers.indexOf(each), 1);
    return own;
  }

  #pass(ms: number): void {
    for (let left = ms; left > 0; left -= 500) {
      const at = this.world.login.at + Math.min(left, 500) * 1_000;
      for (const each of this.world.roles) each.reach(at as typeof each.at);
      for (const game of this.world.games) this.#report(game);
    }
  }

  /** Reports are answered while time passes, or servers would seem dead all the time. */
  #report(game: RoleDriver): void {
    const isReport = ({ operation }: { operation: string }): boolean =>
      operation === "directory.report";
    while (game.waiting.some(isReport)) game.settle("directory.report");
  }

  /** Looks at a server after a move: closes what it ended, takes down what it gave. */
  #look(on: RoleDriver): void {
    let held = 0;
    for (const { state } of on.machine.state.sessions.all()) {
      if (state === "authenticated" || state === "inWorld") held += 1;
    }
    this.heldMost = Math.max(this.heldMost, held);
    for (const { connection, code } of on.allClosed.splice(0)) {
      if (code === "DUPLICATE_LOGIN") this.replaced += 1;
      this.#close(on, connection);
    }
    if (on === this.world.login) {
      for (const token of this.world.desk.tokens.keys()) {
        if (!this.tokens.includes(token)) this.tokens.unshift(token);
      }
    }
    this.entered += on.allSent.filter(({ type }) => type === 2_001).length;
    on.allSent.length = 0;
  }

  #role(index: number): RoleDriver {
    return this.world.roles[index] ?? this.world.login;
  }

  #join(on: RoleDriver): ConnectionId {
    const connection = on.join();
    this.#live(on).push(connection);
    return connection;
  }

  #live(on: RoleDriver): ConnectionId[] {
    const list = this.open.get(on) ?? [];
    this.open.set(on, list);
    return list;
  }

  #close(on: RoleDriver, connection: ConnectionId): void {
    const list = this.#live(on);
    const index = list.indexOf(connection);
    if (index < 0) return;
    list.splice(index, 1);
    on.close(connection);
  }

  /** Cuts everybody and answers everything. */
  quiet(): void {
    for (const each of this.world.roles) {
      for (const connection of this.#live(each).splice(0)) each.close(connection);
    }
    for (const each of this.world.roles) this.#settle(each);
  }

  /** Whether that device is let in now. */
  logsIn(device: string): boolean {
    const connection = this.world.loggedIn({ name: "Ada", device });
    const isIn = this.world.login.loginAnswer(connection)?.success === true;
    this.world.login.close(connection);
    return isIn;
  }
}

const moves = fc.array(move, { minLength: 1, maxLength: 60, size: "max" });
const played = (list: readonly Move[]): Play => {
  const play = new Play();
  for (const next of list) play.make(next);
  return play;
};

describe("the sessions of one player", () => {
  it("[AUTH-08] however logins, entries, cuts and timeouts interleave, a server has one at most", () => {
    let entered = 0;
    let replaced = 0;
    fc.assert(
      fc.property(moves, (list) => {
        const play = played(list);
        expect(play.heldMost).toBeLessThanOrEqual(1);
        entered += play.entered;
        replaced += play.replaced;
      }),
      { numRuns: 150 },
    );
    // The law would hold of a world that nobody enters.
    expect(entered).toBeGreaterThan(50);
    expect(replaced).toBeGreaterThan(10);
  });

  it("[AUTH-08] whoever was cut is locked out no longer than the idle timeout", () => {
    fc.assert(
      fc.property(moves, (list) => {
        const play = played(list);
        play.quiet();
        // Reports go on, as they do where servers live.
        play.world.pass(realmConfig().idleTimeoutMs);
        expect(play.logsIn("another")).toBe(true);
        expect(play.world.violations()).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  it("[AUTH-08] in time two servers agree on where the player is", () => {
    fc.assert(
      fc.property(moves, (list) => {
        const play = played(list);
        for (const each of play.world.roles) {
          for (const answered of play.answers.filter(({ role: on }) => on === each)) {
            each.answer(answered.call, answered.result);
          }
          each.settleAll();
        }
        play.world.pass(3_000);
        const where = play.world.games.filter(({ machine }) =>
          [...machine.state.sessions.all()].some(({ state }) => state === "inWorld"),
        );
        expect(where.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 80 },
    );
  });

  it("[JRN-05] a replay of any of it has the same state", () => {
    fc.assert(
      fc.property(moves, (list) => {
        for (const { machine, replay, events } of played(list).world.roles.map((each) => ({
          machine: each.machine,
          events: each.events,
          replay: () => each.replay(),
        }))) {
          expect(events.length).toBeGreaterThan(0);
          expect(replay().digest()).toBe(machine.digest());
        }
      }),
      { numRuns: 40 },
    );
  });
});
