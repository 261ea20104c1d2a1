/**
 * Every error code, produced: a host with the features that have it, and a peer that asks for it.
 * The table has a key for each code, so that a new one does not compile without a line here.
 */
import { describe, expect, it } from "vitest";
import type { CallResult } from "../../../src/core/contract.ts";
import { builtinFeatures, loginFeatures } from "../../../src/core/features/index.ts";
import { errorCodes, errorCodeOf, errorTable } from "../../../src/core/kernel/errors.ts";
import type { ErrorCode } from "../../../src/core/kernel/errors.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { reprise as auth } from "../../../src/core/wire/gen/auth.js";
import { reprise as operate } from "../../../src/core/wire/gen/operate.js";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload, wrongTransportFrame } from "../../../src/core/wire/index.ts";
import { crowd, crowdTypes } from "../../support/crowd.ts";
import { fragile, fragileTypes } from "../../support/fragile.ts";
import { HostWorld } from "../../support/host-world.ts";
import type { Peer, WorldOptions } from "../../support/host-world.ts";
import { lamp, lampTypes } from "../../support/lamp.ts";
import { safe, safeTypes } from "../../support/safe.ts";

const nothing = new Uint8Array(0);
const second = 1_000_000;
const echo = (...bytes: number[]): Uint8Array =>
  encodePayload(pb.v1.EchoRequest, { bytes: Uint8Array.from(bytes) });

interface Scene {
  readonly world: HostWorld;
  readonly peer: Peer;
}

/** A world with one connection. */
function scene(options: WorldOptions = {}): Scene {
  const world = new HostWorld(options).start();
  const peer = world.connect();
  world.settle();
  return { world, peer };
}

/** The codes that the peer was told, in ERROR, DISCONNECT and the answers that have one. */
function told({ peer }: Scene): (ErrorCode | null)[] {
  return peer.heard.flatMap(({ type, payload }) => {
    if (type === 1_051) return [errorCodeOf(pb.v1.Error.decode(payload).code)];
    if (type === 1_052) return [errorCodeOf(pb.v1.Disconnect.decode(payload).code)];
    if (type === 1_001) return [errorCodeOf(auth.v1.LoginResponse.decode(payload).errorCode)];
    return [];
  });
}

/** Of a peer that was cut off without a word: what the server counted. */
function counted(given: Scene): (ErrorCode | null)[] {
  given.world.advance(10_000);
  expect(given.peer.closed).toBe("reset");
  expect(given.peer.goodbye()).toBeNull();
  return errorCodes.filter(
    (code) => given.world.host.counters.get(`sessions_ended_total{code="${code}"}`) > 0,
  );
}

/** What a peer is told that sends these packets, one after the other. */
function says(
  packets: readonly (readonly [type: number, payload: Uint8Array])[],
  options: WorldOptions = {},
): Scene {
  const given = scene(options);
  for (const [type, payload] of packets) {
    given.peer.packet(type, payload);
    given.world.advance(10_000);
  }
  return given;
}

const attempt = encodePayload(auth.v1.LoginRequest, { username: "ada", passwordHash: "secret" });

/** A login whose calls are answered so, in their order. */
function logsIn(...results: readonly CallResult[]): Scene {
  const given = says([[1_000, attempt]], { features: loginFeatures });
  for (const result of results) {
    const call = given.world.calls.at(-1);
    if (call === undefined) throw new Error("nothing was asked");
    given.world.host.callDone(call.call, result);
    given.world.advance(10_000);
  }
  return given;
}

const answered = (answer: PlainData): CallResult => ({ ok: true, answer });
const ada = {
  kind: "verified",
  player: 7,
  name: "ada",
  role: "player",
  bannedUntil: 0,
  passwordVersion: 0,
} as const;
const failed = (code: "UNAVAILABLE" | "INTERNAL"): CallResult => ({ ok: false, code });
const server = { id: 1, name: "D", address: "192.0.2.1", port: 8_081, players: 0, max: 9 };
const opened = {
  kind: "opened",
  token: { sealed: Uint8Array.of(1) },
  tokenId: "t",
  expiresAtMs: 2_000_000_000_000,
  replaced: false,
  servers: [server],
};

/** A moderator's session, the first of the server, that kicks. */
function kicks(message: operate.v1.KickRequest.$Properties): Scene {
  const shown = encodePayload(operate.v1.OperateRequest, { sessionToken: "secret" });
  const given = says([[1_060, shown]], { features: loginFeatures });
  const call = given.world.calls.at(-1);
  if (call === undefined) throw new Error("nothing was asked");
  const grant = { player: 7, name: "ada", role: "moderator", tokenId: "t", issuedAtMs: 0 };
  const expiresAtMs = 9_000_000_000_000;
  given.world.host.callDone(call.call, answered({ kind: "valid", ...grant, expiresAtMs }));
  given.world.advance(10_000);
  given.peer.packet(1_064, encodePayload(operate.v1.KickRequest, message));
  given.world.advance(10_000);
  return given;
}

const flooded = { refusedPerWindowMax: 1 };
const withFeature = (feature: (typeof builtinFeatures)[number]): WorldOptions => ({
  features: [...builtinFeatures, feature],
});

/** The second of two connections, where there is room for one. */
function crowdedOut(): Scene {
  const { world } = scene({ config: { connectionsMax: 1 } });
  const peer = world.connect();
  world.settle();
  return { world, peer };
}

function waits(seconds: number, packets: readonly number[], options: WorldOptions = {}): Scene {
  const given = says(
    packets.map((type) => [type, echo(1)]),
    options,
  );
  for (let passed = 0; passed < seconds; passed += 1) given.world.advance(second);
  return given;
}

const produced: Readonly<Record<ErrorCode, () => (ErrorCode | null)[]>> = {
  NONE: () => told(logsIn(answered(ada), answered(opened))),
  INVALID_CREDENTIALS: () => told(logsIn(answered({ kind: "refused" }))),
  SERVER_FULL: () => told(crowdedOut()),
  VERSION_MISMATCH: () => told(says([[1_050, encodePayload(pb.v1.Hello, { protocolMin: 99 })]])),
  BANNED: () => told(logsIn(answered({ ...ada, bannedUntil: -1 }))),
  MAINTENANCE() {
    const given = scene();
    given.world.host.drain();
    given.world.advance(10_000);
    return told(given);
  },
  INTERNAL: () => told(logsIn(failed("INTERNAL"))),
  TIMEOUT: () => told(waits(31, [1_004])),
  DUPLICATE_LOGIN: () => told(logsIn(answered(ada), answered({ kind: "refused" }))),
  INVALID_PACKET: () => told(says([[0, nothing]])),
  RATE_LIMITED() {
    const given = scene();
    for (let count = 0; count < 300; count += 1) given.peer.packet(1_055, nothing);
    given.world.settle();
    return told(given);
  },
  NOT_SERVED: () => told(says([[20_000, nothing]])),
  NOT_ALLOWED_IN_STATE: () =>
    told(
      says([
        [1_004, nothing],
        [1_050, nothing],
      ]),
    ),
  UNAVAILABLE: () => told(logsIn(failed("UNAVAILABLE"))),
  LIMIT_REACHED: () => told(says([[lampTypes.light, echo()]], withFeature(lamp))),
  SERVER_ONLY: () => told(says([[3_010, nothing]])),
  SEQUENCE_BROKEN() {
    const given = scene();
    given.peer.frame(1_004, nothing);
    given.peer.packet(1_004, nothing);
    given.world.advance(10_000);
    return told(given);
  },
  FRAME_LENGTH_INVALID() {
    const given = scene();
    given.peer.raw(new Uint8Array(4));
    return counted(given);
  },
  TOO_MANY_MALFORMED() {
    const garbage = Array.from({ length: 9 }, () => [1_053, Uint8Array.of(0x0a, 0xff)] as const);
    return counted(says(garbage));
  },
  HELLO_TIMEOUT: () => told(waits(11, [])),
  SLOW_READER() {
    const congesting = { outboundBytesMax: 200_000, outboundHighBytes: 70_000 };
    const given = scene({ config: { ...congesting, outboundLowBytes: 10 } });
    given.peer.isReading = false;
    for (let count = 0; count < 6; count += 1) {
      given.peer.echo(new Uint8Array(60_000), 1_055);
      given.world.settle();
    }
    // The realm has no part in it: what would tell the peer is what it does not read.
    expect(counted(given)).toEqual([]);
    const { counters } = given.world.host;
    return counters.get("connections_slow_readers_total") === 1 ? ["SLOW_READER"] : [];
  },
  FLOOD: () => counted(waits(2, [1_004, 20_000, 20_000, 20_000], { realm: flooded })),
  DEADLINE_EXCEEDED: () => told(waits(6, [lampTypes.light], withFeature(lamp))),
  SEALED_LOST() {
    const given = says([[safeTypes.get, nothing]], withFeature(safe));
    const call = given.world.calls[0];
    if (call === undefined) throw new Error("nothing was asked");
    const lost = { ok: false, code: "SEALED_LOST" } as const;
    given.world.host.callDone(call.call, lost);
    given.world.advance(10_000);
    return told(given);
  },
  WRONG_TRANSPORT() {
    const given = scene();
    given.peer.heard.splice(0);
    given.peer.hear(wrongTransportFrame("little"));
    return told(given);
  },
  FEATURE_FAILED: () => told(says([[fragileTypes.breakNow, echo()]], withFeature(fragile))),
  GOODBYE: () => told(says([[1_002, nothing]], { features: loginFeatures })),
  NOT_PERMITTED: () =>
    told(
      says(
        [
          [crowdTypes.login, echo(1, 0)],
          [crowdTypes.rule, echo()],
        ],
        withFeature(crowd),
      ),
    ),
  KICKED: () => told(kicks({ sessionId: 1 })),
  NOT_FOUND: () => told(kicks({ playerName: "nobody" })),
};

describe("error codes", () => {
  it.each(errorCodes)("[PKT-23] %s is produced", (code) => {
    expect(produced[code]()).toContain(code);
    expect(errorCodeOf(errorTable[code].code)).toBe(code);
  });
});
