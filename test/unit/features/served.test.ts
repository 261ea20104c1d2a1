/** What each role says to every published type: it serves it, knows it, or may send it alone. */
import { describe, expect, it } from "vitest";
import { publishedContracts } from "../../../src/core/features/contracts.ts";
import { featuresOf } from "../../../src/core/features/index.ts";
import { errorCodeOf } from "../../../src/core/kernel/errors.ts";
import { packetType } from "../../../src/core/kernel/ids.ts";
import { reprise as packet } from "../../../src/core/wire/gen/packet.js";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { packetRules } from "../../../src/core/wire/index.ts";
import { HostWorld } from "../../support/host-world.ts";

const roles = ["login", "game"] as const;

/** Declared for clients; no feature serves them yet. */
const unserved: readonly number[] = [2_004, 2_006, 2_101].concat(
  [3_000, 3_002, 3_004, 3_006, 3_007],
  [3_008, 3_009],
);
const known = packetRules(publishedContracts);
const isServerOnly = (type: number): boolean =>
  known.get(packetType(type))?.direction === "toClient";
const types = Object.entries(packet.v1.PacketType)
  .map(([name, type]) => ({ name, type: Number(type) }))
  .filter(({ type }) => type !== 0);

/** What the role's features take from clients. */
const takenBy = (role: (typeof roles)[number]): ReadonlySet<number> =>
  new Set(
    [...packetRules(featuresOf(role).map(({ declaration }) => declaration.contract))].flatMap(
      ([type, { direction }]) => (direction === "toClient" ? [] : [type]),
    ),
  );

/** The code of the ERROR that a greeted client gets for an empty packet of the type, or null. */
function refusalOf(role: (typeof roles)[number], type: number): string | null {
  const world = new HostWorld({ features: featuresOf(role), config: { role } }).start();
  const peer = world.connect();
  world.settle();
  // A heartbeat, so that the session is greeted.
  peer.packet(1_004, new Uint8Array()).packet(type, new Uint8Array());
  world.settle();
  const told = peer.heard.find((heard) => heard.type === 1_051 && heard.inReplyTo === 2);
  return told === undefined ? null : errorCodeOf(pb.v1.Error.decode(told.payload).code);
}

describe.each(roles)("the %s role", (role) => {
  const taken = takenBy(role);

  it.each(types)("[WIRE-11] serves $type $name, or says why not", ({ type }) => {
    const code = refusalOf(role, type);
    if (isServerOnly(type)) expect(code).toBe("SERVER_ONLY");
    else if (unserved.includes(type) || !taken.has(type)) expect(code).toBe("NOT_SERVED");
    else expect(["NOT_SERVED", "SERVER_ONLY"]).not.toContain(code);
  });

  it("[PKT-01] refuses type 0 with INVALID_PACKET", () => {
    expect(refusalOf(role, 0)).toBe("INVALID_PACKET");
  });

  it("[PKT-19] refuses a war that a client declares begun", () => {
    expect(refusalOf(role, 3_010)).toBe("SERVER_ONLY");
  });

  it("takes heartbeats and serves nothing that is not published", () => {
    expect(taken).toContain(1_004);
    for (const type of taken) expect(known.has(packetType(type))).toBe(true);
  });
});
