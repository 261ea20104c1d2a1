/** Players, their sessions and who hears what, against a model that knows only the rules. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { errorTable } from "../../../src/core/kernel/errors.ts";
import type { ConnectionId } from "../../../src/core/kernel/ids.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { playerRoles } from "../../../src/index.ts";
import { crowd, crowdTypes } from "../../support/crowd.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import type { RecordingOutbox, Sent } from "../../support/realm-driver.ts";

const players = [1, 2, 3] as const;
const places = [0, 1] as const;

type Move =
  | {
      readonly kind: "open" | "greet" | "end" | "close" | "leave" | "logout";
      readonly pick: number;
    }
  | { readonly kind: "enter"; readonly pick: number; readonly place: number }
  | {
      readonly kind: "login";
      readonly pick: number;
      readonly player: number;
      readonly role: number;
    }
  | { readonly kind: "restore" };

const pick = fc.nat(5);
const kinds = ["open", "greet", "end", "close", "leave", "logout"] as const;
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom(...kinds), pick }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("login" as const),
      pick,
      player: fc.constantFrom(...players),
      role: fc.nat(2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("enter" as const),
      pick,
      place: fc.constantFrom(...places),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restore" as const) }) },
);
const moves = fc.array(move, { minLength: 10, maxLength: 50 });

/** A session as the rules have it. */
interface Person {
  state: "handshaking" | "connected" | "authenticated" | "inWorld" | "disconnecting";
  player: number;
  role: number;
  place: number;
}

const of = (sent: readonly Sent[], connection: ConnectionId): readonly Sent[] =>
  sent.filter((one) => one.connection === connection);
const bytesOf = (sent: Sent | undefined): readonly number[] => [
  ...pb.v1.EchoResponse.decode(sent?.bytes ?? new Uint8Array()).bytes,
];
const errorOf = (sent: Sent | undefined): number =>
  sent?.type === 1_051 ? pb.v1.Error.decode(sent.bytes).code : 0;

class Play {
  readonly driver = new RealmDriver({ features: [...builtinFeatures, crowd] }).start();
  readonly people = new Map<ConnectionId, Person>();
  /** Asks for what is looked at; only ever connected. */
  readonly herald: ConnectionId;

  constructor() {
    this.herald = this.driver.join();
    this.people.set(this.herald, { state: "connected", player: 0, role: 0, place: 0 });
  }

  say(connection: ConnectionId, type: number, ...bytes: number[]): RecordingOutbox {
    const value = { bytes: Uint8Array.from(bytes) };
    return this.driver.message(connection, type, pb.v1.EchoRequest, value);
  }

  holder(player: number): ConnectionId | undefined {
    for (const [connection, { state, player: held }] of this.people) {
      if (held === player && (state === "authenticated" || state === "inWorld")) return connection;
    }
    return undefined;
  }

  make(next: Move): void {
    const { driver, people } = this;
    if (next.kind === "restore") return driver.machine.restore(driver.machine.checkpoint());
    if (next.kind === "open") {
      people.set(driver.connect(), { state: "handshaking", player: 0, role: 0, place: 0 });
      return;
    }
    const others = [...people.keys()].filter((connection) => connection !== this.herald);
    const connection = others[next.pick % Math.max(others.length, 1)];
    const person = connection === undefined ? undefined : people.get(connection);
    if (connection !== undefined && person !== undefined) this.#live(connection, person, next);
  }

  #live(connection: ConnectionId, person: Person, next: Exclude<Move, { kind: "restore" }>): void {
    const { driver, people } = this;
    const { state } = person;
    const isIn = state === "authenticated" || state === "inWorld";
    switch (next.kind) {
      case "close":
        driver.close(connection);
        people.delete(connection);
        return;
      case "end":
        driver.step({ type: "connection.ended", at: driver.at, connection });
        person.state = "disconnecting";
        return;
      case "greet":
        driver.packet(connection, 1_004, new Uint8Array());
        if (state === "handshaking") person.state = "connected";
        return;
      case "login": {
        const isFree = this.holder(next.player) === undefined;
        this.say(connection, crowdTypes.login, next.player, next.role);
        if (!isFree || (state !== "connected" && state !== "handshaking")) {
          if (state === "handshaking") person.state = "connected";
          return;
        }
        const { player, role } = next;
        Object.assign(person, { state: "authenticated", player, role });
        return;
      }
      case "enter":
        this.say(connection, crowdTypes.enter, next.place);
        if (state === "authenticated")
          Object.assign(person, { state: "inWorld", place: next.place });
        break;
      case "leave":
        this.say(connection, crowdTypes.leave);
        if (state === "inWorld") person.state = "authenticated";
        break;
      case "logout":
        this.say(connection, crowdTypes.logout);
        if (isIn) Object.assign(person, { state: "connected", player: 0, role: 0 });
        break;
      case "open":
        return;
    }
    if (state === "handshaking") person.state = "connected";
  }
}

const inStates = (play: Play, states: readonly string[]): ConnectionId[] =>
  Array.from(play.people)
    .filter(([, { state }]) => states.includes(state))
    .map(([connection]) => connection);

const heardBy = (sent: readonly Sent[]): ConnectionId[] =>
  sent.filter(({ type }) => type === crowdTypes.heard).map(({ connection }) => connection);

/** Plays the moves and looks after each. */
const playing = (list: readonly Move[], look: (play: Play) => void): void => {
  const play = new Play();
  for (const next of list) {
    play.make(next);
    look(play);
  }
};

const runs = { numRuns: 200 };

describe("players", () => {
  it("[SMG-10] are found exactly while an authenticated session that lives is theirs", () => {
    fc.assert(
      fc.property(moves, (list) =>
        playing(list, (play) => {
          const { sessions } = play.driver.machine.state;
          expect(play.driver.machine.violations()).toEqual([]);
          const known = Array.from(sessions.all(), (one) => {
            const { connection, state, player, name, role, login } = one;
            return [connection, { state, player, name, role, login }];
          });
          const expected = Array.from(play.people, ([connection, { state, player, role }]) => [
            connection,
            {
              state,
              player: player === 0 ? null : player,
              name: player === 0 ? "" : `player ${player}`,
              role: playerRoles[role],
              login: player === 0 ? "" : `login ${player}`,
            },
          ]);
          expect(known).toEqual(expected);
          for (const player of players) {
            const found = sessions.ofPlayer(player as never)?.connection;
            expect([player, found]).toEqual([player, play.holder(player)]);
          }
        }),
      ),
      runs,
    );
  });

  it("[SMG-07] a message to a player says the truth of whether it was sent, in every state", () => {
    fc.assert(
      fc.property(moves, (list) =>
        playing(list, (play) => {
          for (const player of players) {
            const { sent } = play.say(play.herald, crowdTypes.whisper, player);
            const holder = play.holder(player);
            const online = holder === undefined ? 0 : 1;
            const answer = of(sent, play.herald).find(({ inReplyTo }) => inReplyTo > 0);
            expect(bytesOf(answer)).toEqual([online, online]);
            expect(heardBy(sent)).toEqual(holder === undefined ? [] : [holder]);
          }
        }),
      ),
      runs,
    );
  });

  it("[SMG-06] a broadcast reaches those in its states at that step, each exactly once", () => {
    const states = ["connected", "authenticated", "inWorld"];
    fc.assert(
      fc.property(moves, fc.nat(7), (list, mask) =>
        playing(list, (play) => {
          const expected = inStates(
            play,
            states.filter((_, bit) => (mask & (1 << bit)) !== 0),
          );
          const { sent } = play.say(play.herald, crowdTypes.shout, mask);
          expect(heardBy(sent)).toEqual(expected);
          const answer = sent.find(({ inReplyTo }) => inReplyTo > 0);
          expect(bytesOf(answer)).toEqual([expected.length]);
        }),
      ),
      runs,
    );
  });

  it("[SMG-06] closing during a broadcast neither skips nor doubles another", () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 1, max: 4 }), (list, every) => {
        const play = new Play();
        for (const next of list) play.make(next);
        const live = ["handshaking", "connected", "authenticated", "inWorld"];
        const before = inStates(play, live);
        const { sent, closed } = play.say(play.herald, crowdTypes.purge, every);
        const told = (n: number) =>
          sent
            .filter((one) => one.type === crowdTypes.heard && bytesOf(one)[0] === n)
            .map(({ connection }) => connection);
        const doomed = new Set(closed.map(({ connection }) => connection));
        // Each is closed once, and gets nothing after its goodbye.
        expect(doomed.size).toBe(closed.length);
        for (const connection of doomed) expect(of(sent, connection).at(-1)?.type).toBe(1_052);
        // Of the first round, who was gone when his turn came has missed it; nobody else has.
        expect(new Set(told(1)).size).toBe(told(1).length);
        for (const connection of before) {
          if (!doomed.has(connection)) expect(told(1)).toContain(connection);
        }
        // The second came after: to all who are left and greeted, in their order.
        const greeted = inStates(play, ["connected", "authenticated", "inWorld"]);
        expect(told(2)).toEqual(greeted.filter((connection) => !doomed.has(connection)));
        expect(play.driver.machine.violations()).toEqual([]);
      }),
      runs,
    );
  });

  it("sends to a place reach those who are there", () => {
    fc.assert(
      fc.property(moves, (list) =>
        playing(list, (play) => {
          for (const place of places) {
            const expected = Array.from(play.people)
              .filter(([, { state, place: at }]) => state === "inWorld" && at === place)
              .map(([connection]) => connection);
            const { sent } = play.say(play.herald, crowdTypes.call, place);
            expect(heardBy(sent).toSorted((a, b) => a - b)).toEqual(expected);
          }
        }),
      ),
      runs,
    );
  });

  it("[SES-08] no packet of the game has any effect before authentication", () => {
    const game = [crowdTypes.enter, crowdTypes.leave, crowdTypes.logout, crowdTypes.ask];
    fc.assert(
      fc.property(moves, fc.constantFrom(...game), (list, type) =>
        playing(list, (play) => {
          const { driver } = play;
          const table = driver.machine.tables.indexOf("feature:crowd");
          const before = driver.machine.tableDigest(table);
          for (const connection of inStates(play, ["handshaking", "connected"])) {
            const { sent, called } = play.say(connection, type, 1);
            const codes = sent.map((one) => [one.connection, errorOf(one)]);
            expect(codes).toEqual([[connection, errorTable.NOT_ALLOWED_IN_STATE.code]]);
            expect(called).toEqual([]);
            const person = play.people.get(connection);
            if (person !== undefined) person.state = "connected";
          }
          expect(driver.machine.tableDigest(table)).toBe(before);
        }),
      ),
      runs,
    );
  });

  it("[AUTH-21] no packet has an effect without the role for it", () => {
    const may = { [crowdTypes.rule]: [1, 2], [crowdTypes.reign]: [2] };
    fc.assert(
      fc.property(moves, (list) =>
        playing(list, (play) => {
          const { driver } = play;
          const table = driver.machine.tables.indexOf("feature:crowd");
          for (const [type, roles] of Object.entries(may)) {
            for (const connection of inStates(play, ["connected", "authenticated", "inWorld"])) {
              const before = driver.machine.tableDigest(table);
              const isPermitted = roles.includes(play.people.get(connection)?.role ?? 0);
              const sent = [...play.say(connection, Number(type)).sent, ...driver.pass(40_000)];
              const codes = of(sent, connection).map(errorOf);
              expect(codes).toEqual([isPermitted ? 0 : errorTable.NOT_PERMITTED.code]);
              expect(driver.machine.tableDigest(table) !== before).toBe(isPermitted);
            }
          }
        }),
      ),
      { numRuns: 60 },
    );
  });

  it("a replay and a restore know the same players", () => {
    fc.assert(
      fc.property(moves, (list) => {
        const play = new Play();
        for (const next of list) play.make(next);
        const { driver } = play;
        const replayed = driver.replay();
        expect(replayed.digest()).toBe(driver.machine.digest());
        const restored = driver.realm.create();
        restored.restore(driver.machine.checkpoint());
        expect(restored.digest()).toBe(driver.machine.digest());
        expect(restored.violations()).toEqual([]);
      }),
      runs,
    );
  });
});
