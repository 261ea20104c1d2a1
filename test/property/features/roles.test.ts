/** What needs a role has no effect without it: every packet of every feature that names roles. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { featuresOf } from "../../../src/core/features/index.ts";
import { digestPlain, digestStart, finish } from "../../../src/core/kernel/digest.ts";
import type { ConnectionId } from "../../../src/core/kernel/ids.ts";
import { playerRoles } from "../../../src/core/kernel/roles.ts";
import type { PlayerRole } from "../../../src/core/kernel/roles.ts";
import { reprise as pb } from "../../../src/core/wire/gen/operate.js";
import { codeIn } from "../../support/operating.ts";
import { PlayersWorld } from "../../support/players-world.ts";
import type { RoleDriver } from "../../support/role-driver.ts";

const servers = ["login", "game"] as const;

interface Guarded {
  readonly packet: string;
  readonly type: number;
  readonly roles: readonly PlayerRole[];
}

/** The packets of a server that are not for everybody. */
const guardedOn = (server: (typeof servers)[number]): readonly Guarded[] =>
  featuresOf(server).flatMap(({ name, declaration, implementation }) =>
    Object.entries(implementation.packets).flatMap(([key, { roles }]) => {
      const type = declaration.contract.entries[key]?.type;
      if (roles === undefined || type === undefined) return [];
      return [{ packet: `${name}.${key}`, type, roles }];
    }),
  );

/** Payloads that do something for whoever may send them, and any others. */
const payload = fc.oneof(
  fc
    .record({ sessionId: fc.nat(6), reason: fc.string() })
    .map((m) => bytesOf(pb.v1.KickRequest, m)),
  fc
    .constantFrom("Boss", "Ann", "Bob")
    .map((playerName) => bytesOf(pb.v1.KickRequest, { playerName })),
  fc.string({ minLength: 1 }).map((message) => bytesOf(pb.v1.AnnounceRequest, { message })),
  fc.nat(200).map((limit) => bytesOf(pb.v1.SessionsRequest, { limit })),
  fc.uint8Array({ maxLength: 40 }),
);

const bytesOf = <M>(
  message: { encode(value: M): { finish(): Uint8Array } },
  value: M,
): Uint8Array => message.encode(value).finish();

/** Boss operates, Bob is a player, and Ann has the role that is looked at. */
function sceneOf(server: (typeof servers)[number], role: PlayerRole) {
  const world = new PlayersWorld();
  const driver = server === "login" ? world.login : world.game;
  world.operating("Boss", "operator", driver);
  const joined = (name: string, as: PlayerRole): ConnectionId => {
    if (as !== "player") return world.operating(name, as, driver);
    if (driver === world.game) return world.entered(world.tokenAs(name, as));
    return world.loggedIn({ name, device: "desk" });
  };
  joined("Bob", "player");
  return { driver, ann: joined("Ann", role) };
}

/** Digests of all that a packet could change, but for what counts the packet itself. */
function shownBy({ machine }: RoleDriver, sender: ConnectionId): readonly number[] {
  const { sessions } = machine.state;
  const others = [...sessions.all()].map((session) =>
    session.connection === sender
      ? { ...session, heardAt: 0, committedSequence: 0, malformedInRow: 0 }
      : { ...session },
  );
  const isOther = (name: string): boolean => name !== "sessions" && name !== "kernel";
  const tables = machine.tables.flatMap((name, index) => (isOther(name) ? [index] : []));
  const rest = tables.map((index) => machine.tableDigest(index));
  return [finish(digestPlain(digestStart, others)), ...rest];
}

describe.each(servers)("on the %s server", (server) => {
  const guarded = guardedOn(server);

  it("[AUTH-21] there are packets that not everybody may send", () => {
    const operating = ["operate.sessions", "operate.kick", "operate.announce"];
    expect(guarded.map(({ packet }) => packet)).toEqual(expect.arrayContaining(operating));
  });

  it("[AUTH-21] no packet of any feature has an effect without the role for it", () => {
    for (const role of playerRoles) {
      const { driver, ann } = sceneOf(server, role);
      const session = driver.machine.state.sessions.ofConnection(ann);
      const kept = guarded.filter(({ roles }) => !roles.includes(role));
      if (kept.length === 0) continue;
      const before = shownBy(driver, ann);
      fc.assert(
        fc.property(fc.constantFrom(...kept), payload, ({ type }, bytes) => {
          const { sent, called, closed, logged } = driver.packet(ann, type, bytes);
          expect(codeIn(driver, ann)).toBe("NOT_PERMITTED");
          expect(sent.map(({ connection, type: of }) => [connection, of])).toEqual([[ann, 1_051]]);
          expect([called, closed, logged]).toEqual([[], [], []]);
          expect(shownBy(driver, ann)).toEqual(before);
          expect(driver.machine.state.sessions.ofConnection(ann)).toBe(session);
        }),
        { numRuns: 200 },
      );
    }
  });

  it("[AUTH-21] with the role each of them has one", () => {
    const meant: Readonly<Record<string, Uint8Array>> = {
      "operate.sessions": new Uint8Array(),
      "operate.kick": bytesOf(pb.v1.KickRequest, { playerName: "Bob" }),
      "operate.announce": bytesOf(pb.v1.AnnounceRequest, { message: "hi" }),
    };
    for (const { packet, type, roles } of guarded) {
      for (const role of roles) {
        const { driver, ann } = sceneOf(server, role);
        const { sent } = driver.packet(ann, type, meant[packet] ?? new Uint8Array());
        expect(codeIn(driver, ann)).toBeNull();
        expect(sent.length).toBeGreaterThan(0);
      }
    }
  });
});
