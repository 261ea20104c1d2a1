/**
 * From a packet's bytes to a handler with a typed value, and what happens when it does not get so
 * far. The envelope was checked by the edge; it is read again here because a replay has no edge.
 *
 * A peer that sends anything but HELLO first speaks version 1 and is taken as greeted.
 */
import type { PacketMalformed, PacketReceived, PacketRefused } from "../contract.ts";
import { assertNever, invariant } from "../kernel/assert.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import { packetType } from "../kernel/ids.ts";
import type { Micros } from "../kernel/ids.ts";
import type { PlayerRole } from "../kernel/roles.ts";
import { decodePayload, isInvalid, packetEnvelope } from "../wire/index.ts";
import type { Route } from "./compose.ts";
import type { Waiting } from "./inbox.ts";
import type { RealmMachine } from "./machine.ts";
import type { Session } from "./sessions.ts";
import { isSuspended } from "./suspension.ts";

export function onPacket(realm: RealmMachine, event: PacketReceived): void {
  const session = realm.state.sessions.ofConnection(event.connection);
  invariant(session !== undefined, "packets come from open connections", event.connection);
  if (session.ending !== null) return realm.count("packets_ignored_total");
  const { bytes } = event;
  const isSound = packetEnvelope.readAgain(bytes, event.start, event.end);
  if (!isSound) return malformed(realm, session, "envelope");
  session.heardAt = event.at;
  const { type, sequence } = packetEnvelope;
  const route = realm.composition.routes.get(type);
  if (route === undefined) return realm.refuse(session, "NOT_SERVED", sequence);
  if (session.state === "handshaking" && !route.states.has("handshaking")) {
    realm.state.sessions.advance(session, "hello.accepted");
  }
  if (!route.states.has(session.state)) {
    realm.count(`packets_refused_in_state_total{state="${session.state}"}`);
    return realm.refuse(session, "NOT_ALLOWED_IN_STATE", sequence);
  }
  if (route.roles !== null && !isPermitted(realm, session, route.roles)) {
    return realm.refuse(session, "NOT_PERMITTED", sequence);
  }
  if (isClosed(realm, route)) return realm.refuse(session, "UNAVAILABLE", sequence);
  if (route.handler.inbox !== undefined) {
    const { payloadStart, payloadEnd } = packetEnvelope;
    const payload = bytes.slice(payloadStart, payloadEnd);
    const waiting = { session: session.id, type: packetType(type), sequence, payload };
    if (!realm.state.inbox.add(waiting)) realm.refuse(session, "RATE_LIMITED", sequence);
    return;
  }
  const { payloadStart, payloadEnd } = packetEnvelope;
  const message = decodePayload(route.entry.message, bytes, payloadStart, payloadEnd);
  serve(realm, session, route, message, sequence);
}

/** Serves a packet whose tick has come. */
export function onTurn(
  realm: RealmMachine,
  { session: id, type, sequence, payload }: Waiting,
): void {
  const session = realm.state.sessions.get(id);
  const route = realm.composition.routes.get(type);
  invariant(session !== undefined && route !== undefined, "the inbox holds live packets", id, type);
  if (session.ending !== null) return;
  if (!route.states.has(session.state)) {
    return realm.refuse(session, "NOT_ALLOWED_IN_STATE", sequence);
  }
  // Whoever sent it may have logged out since, and be somebody else.
  if (route.roles !== null && !isPermitted(realm, session, route.roles)) {
    return realm.refuse(session, "NOT_PERMITTED", sequence);
  }
  if (isClosed(realm, route)) return realm.refuse(session, "UNAVAILABLE", sequence);
  const message = decodePayload(route.entry.message, payload, 0, payload.length);
  serve(realm, session, route, message, sequence);
}

/** True when the feature of a route gets no packets, until a restart. */
const isClosed = (realm: RealmMachine, { feature }: Route): boolean =>
  realm.state.kernel.suspended !== undefined &&
  isSuspended(realm, realm.composition.features[feature]?.name ?? "");

/** False, and counted, when a packet is not for the role of its sender. */
function isPermitted(
  realm: RealmMachine,
  { role }: Session,
  roles: ReadonlySet<PlayerRole>,
): boolean {
  if (roles.has(role)) return true;
  realm.count(`packets_refused_for_role_total{role="${role}"}`);
  return false;
}

/** @param message null when the payload does not decode */
function serve(
  realm: RealmMachine,
  session: Session,
  route: Route,
  message: unknown,
  sequence: number,
): void {
  const { entry, handler, feature } = route;
  const value = message === null ? null : entry.parse(message);
  if (value === null || isInvalid(value)) {
    realm.count("packets_undecodable_total");
    const why = isInvalid(value) ? value.invalid : undefined;
    realm.refuse(session, "INVALID_PACKET", sequence, why);
    return malformed(realm, session, "payload");
  }
  session.malformedInRow = 0;
  const ctx = realm.contexts[feature];
  invariant(ctx !== undefined, "a route has a feature", feature);
  try {
    ctx.beginAsked(session, sequence, entry.kind === "request" ? entry : null);
    if (handler.handle === undefined) handler.inbox?.(ctx, value);
    else handler.handle(ctx, value);
  } catch (error) {
    realm.failedFeature ??= realm.composition.features[feature]?.name ?? "";
    throw error;
  } finally {
    ctx.end();
  }
}

/** One ERROR for all that the event stands for; a peer that goes on in spite of it is a flood. */
export function onRefused(realm: RealmMachine, event: PacketRefused): void {
  const session = realm.state.sessions.ofConnection(event.connection);
  invariant(session !== undefined, "refusals are of open connections", event.connection);
  if (session.ending !== null) return;
  session.heardAt = event.at;
  if (isFlood(realm, session, event.at, event.count)) return realm.disconnect(session, "FLOOD");
  // Type 0 stands for several types, of which the packet answered is only one.
  const count = event.packetType === 0 ? 1 : event.count;
  realm.refuse(session, event.reason, event.sequence, undefined, count);
}

export function onMalformed(realm: RealmMachine, event: PacketMalformed): void {
  const session = realm.state.sessions.ofConnection(event.connection);
  invariant(session !== undefined, "malformed packets are of open connections", event.connection);
  if (session.ending !== null) return;
  // A frame that is no packet is charged to no budget: it is a flood also between sound ones.
  if (isFlood(realm, session, event.at, 1)) return realm.disconnect(session, "FLOOD");
  malformed(realm, session, event.reason);
}

/** Notes packets that were turned away. True when they are too many for one window. */
function isFlood(realm: RealmMachine, session: Session, at: Micros, count: number): boolean {
  const { refusedWindowMs, refusedPerWindowMax } = realm.state.kernel.config;
  if (at - session.refusedSince > refusedWindowMs * 1_000) {
    session.refusedSince = at;
    session.refusedCount = 0;
  }
  session.refusedCount += count;
  if (session.refusedCount <= refusedPerWindowMax) return false;
  realm.log("warn", "refused packets above the limit", {
    session: session.id,
    refused: session.refusedCount,
  });
  return true;
}

function malformed(
  realm: RealmMachine,
  session: Session,
  reason: PacketMalformed["reason"] | "payload",
): void {
  session.malformedInRow += 1;
  realm.log("warn", "malformed packet", { session: session.id, reason });
  const fatal = fatalCode(reason);
  if (fatal !== null) realm.disconnect(session, fatal);
  else if (session.malformedInRow > realm.state.kernel.config.malformedInRowMax) {
    realm.disconnect(session, "TOO_MANY_MALFORMED");
  } else if (reason !== "payload") realm.refuse(session, "INVALID_PACKET", 0);
}

/** The code that ends the session at once, or null when it survives. */
function fatalCode(reason: PacketMalformed["reason"] | "payload"): ErrorCode | null {
  switch (reason) {
    case "frame-length":
      return "FRAME_LENGTH_INVALID";
    case "sequence":
      return "SEQUENCE_BROKEN";
    case "transport":
      return "WRONG_TRANSPORT";
    case "envelope":
    case "size":
    case "compressed":
    case "payload":
      return null;
    default:
      return assertNever(reason);
  }
}
