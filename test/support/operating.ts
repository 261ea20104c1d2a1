/** The packets of operators to a driven server, and what comes back. */
import { errorCodeOf } from "../../src/core/kernel/errors.ts";
import type { ErrorCode } from "../../src/core/kernel/errors.ts";
import type { ConnectionId } from "../../src/core/kernel/ids.ts";
import { reprise as operate } from "../../src/core/wire/gen/operate.js";
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import { toSafeNumber } from "../../src/core/wire/index.ts";
import type { RoleDriver } from "./role-driver.ts";

type Decoder<T> = { decode(bytes: Uint8Array): T };

/** What the last step sent there of that type, with its ids as numbers. */
export function told<T>(
  { outbox }: RoleDriver,
  connection: ConnectionId,
  type: number,
  message: Decoder<T>,
): T | null {
  const sent = outbox.sent.find((one) => one.connection === connection && one.type === type);
  return sent === undefined ? null : withNumbers(message.decode(sent.bytes));
}

/** The code of the last step's ERROR to the connection, or null. */
export function codeIn(driver: RoleDriver, connection: ConnectionId): ErrorCode | null {
  const error = told(driver, connection, 1_051, pb.v1.Error);
  return error === null ? null : errorCodeOf(error.code);
}

export function list(
  driver: RoleDriver,
  by: ConnectionId,
  page: operate.v1.SessionsRequest.$Properties,
): Pick<operate.v1.SessionsResponse, "sessions" | "more" | "total"> {
  driver.message(by, 1_062, operate.v1.SessionsRequest, page);
  const answer = told(driver, by, 1_063, operate.v1.SessionsResponse);
  if (answer === null) throw new Error("no list");
  const { sessions, more, total } = answer;
  return { sessions: sessions.map(withNumbers), more, total };
}

/** The ids of all sessions, page by page. */
export function sessionsIn(driver: RoleDriver, by: ConnectionId): readonly number[] {
  const ids: number[] = [];
  for (;;) {
    const { sessions, more } = list(driver, by, { afterSessionId: ids.at(-1) ?? 0 });
    ids.push(...sessions.map(({ sessionId }) => Number(sessionId)));
    if (!more) return ids;
  }
}

/** Null when it was refused. */
export function kick(
  driver: RoleDriver,
  by: ConnectionId,
  whom: operate.v1.KickRequest.$Properties,
): operate.v1.KickResponse | null {
  driver.message(by, 1_064, operate.v1.KickRequest, whom);
  return told(driver, by, 1_065, operate.v1.KickResponse);
}

/** Null when it was refused. */
export function announce(
  driver: RoleDriver,
  by: ConnectionId,
  message: string,
): operate.v1.AnnounceResponse | null {
  driver.message(by, 1_066, operate.v1.AnnounceRequest, { message });
  return told(driver, by, 1_067, operate.v1.AnnounceResponse);
}

export const announcementOf = (driver: RoleDriver, to: ConnectionId) =>
  told(driver, to, 1_068, operate.v1.Announcement);

/** 64-bit integers, all of which are small here, as numbers; what was left out as its default. */
function withNumbers<T>(message: T): T {
  const copy = Object.create(Object.getPrototypeOf(message) as object) as Record<string, unknown>;
  for (const [key, value] of Object.entries(message as object)) {
    const isLong = typeof value === "object" && value !== null && "low" in value;
    copy[key] = isLong ? toSafeNumber(value as never) : value;
  }
  return copy as T;
}
