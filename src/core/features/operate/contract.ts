/** Looking after a running server: who is there, ending a session, telling everybody something. */
import { limits } from "../../kernel/limits.ts";
import { reprise as pb } from "../../wire/gen/operate.js";
import {
  defineContract,
  identity,
  invalid,
  isInvalid,
  request,
  secretSlot,
  text,
  toClient,
} from "../../wire/index.ts";
import type { Invalid, SecretSlot } from "../../wire/index.ts";

/** Which sessions are asked for. */
export interface Page {
  /** Those with greater ids; 0 is all. */
  readonly after: number;
  /** 1..`sessionsPageMax` */
  readonly count: number;
}

export interface Kick {
  /** A session's id, >= 1, or a player's name that is not empty. */
  readonly whom: { readonly session: number } | { readonly name: string };
  /** At most `kickReasonBytesMax` bytes; empty when none was given. */
  readonly reason: string;
}

export const operateContract = defineContract("operate", {
  /** Parsed to the token. */
  begin: request(1_060, pb.v1.OperateRequest, 1_061, pb.v1.OperateResponse, parseBeginning, {
    secrets: [1],
  }),
  sessions: request(1_062, pb.v1.SessionsRequest, 1_063, pb.v1.SessionsResponse, parsePage),
  kick: request(1_064, pb.v1.KickRequest, 1_065, pb.v1.KickResponse, parseKick),
  /** Parsed to the words: 1..`announcementBytesMax` bytes. */
  announce: request(1_066, pb.v1.AnnounceRequest, 1_067, pb.v1.AnnounceResponse, parseAnnouncement),
  announcement: toClient(1_068, pb.v1.Announcement),
});

function parseBeginning({ sessionToken }: pb.v1.OperateRequest): SecretSlot | Invalid {
  return secretSlot(sessionToken) ?? invalid("the session token is missing");
}

function parsePage({ afterSessionId, limit }: pb.v1.SessionsRequest): Page | Invalid {
  const after = identity(afterSessionId);
  if (isInvalid(after)) return after;
  const { sessionsPageMax } = limits;
  return { after, count: limit === 0 ? sessionsPageMax : Math.min(limit, sessionsPageMax) };
}

function parseKick(message: pb.v1.KickRequest): Kick | Invalid {
  const session = identity(message.sessionId);
  if (isInvalid(session)) return session;
  const name = text(message.playerName, "the player's name", limits.usernameBytesMax);
  if (isInvalid(name)) return name;
  const reason = text(message.reason, "the reason", limits.kickReasonBytesMax);
  if (isInvalid(reason)) return reason;
  if (session !== 0) return { whom: { session }, reason };
  return name === "" ? invalid("nobody is named") : { whom: { name }, reason };
}

function parseAnnouncement({ message }: pb.v1.AnnounceRequest): string | Invalid {
  const words = text(message, "the announcement", limits.announcementBytesMax);
  if (isInvalid(words)) return words;
  return words.trim() === "" ? invalid("the announcement is empty") : words;
}
