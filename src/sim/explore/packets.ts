/** Packets between visitors and realms: bytes where a realm reads them, a few words elsewhere. */
import { accountContract, loginContract, worldContract } from "../../core/features/contracts.ts";
import { assertNever } from "../../core/kernel/assert.ts";
import { errorCodeOf } from "../../core/kernel/errors.ts";
import {
  controlPackets,
  decodePayload,
  encodePayload,
  envelopeBytesMax,
  writeEnvelope,
} from "../../core/wire/index.ts";
import { credentialsOf } from "../accounts.ts";
import type { VisitorScript } from "./corner.ts";
import { passwordNumber } from "./desk.ts";
import type { DownItem, UpItem } from "./parts.ts";

const { login } = loginContract.entries;
const { logout } = accountContract.entries;
const { enter } = worldContract.entries;
const { error, disconnect } = controlPackets;

type Request = Extract<UpItem, { readonly sequence: number }>;

/** An encoded `Packet`, with the numbers of secrets in their places, as the edge leaves it. */
export function packetOf(item: Request, script: VisitorScript): Uint8Array {
  const [type, payload] = payloadOf(item, script);
  const bytes = new Uint8Array(envelopeBytesMax(payload.length));
  const { sequence } = item;
  const header = { type, sequence, timestamp: 0, isCompressed: false, inReplyTo: 0 };
  return bytes.slice(0, writeEnvelope(bytes, 0, header, payload, 0, payload.length));
}

function payloadOf(item: Request, { account, device }: VisitorScript): [number, Uint8Array] {
  switch (item.kind) {
    case "login": {
      const { username } = credentialsOf(account);
      const secret = String(passwordNumber);
      const credentials = { username, passwordHash: secret, clientVersion: "", deviceId: device };
      return [login.type, encodePayload(login.message, credentials)];
    }
    case "enter":
      return [enter.type, encodePayload(enter.message, { sessionToken: String(item.token) })];
    case "logout": {
      const sessionToken = item.token === 0 ? "" : String(item.token);
      return [logout.type, encodePayload(logout.message, { sessionToken })];
    }
    default:
      return assertNever(item);
  }
}

/** What a payload says to a visitor; null for what visitors take no notice of. */
export function itemOf(type: number, bytes: Uint8Array): DownItem | null {
  switch (type) {
    case login.replyType: {
      const answer = decodePayload(login.reply, bytes, 0, bytes.length);
      const code = codeOf(answer);
      return { kind: "loggedIn", code, token: Number(answer?.sessionToken ?? 0) };
    }
    case enter.replyType:
      return { kind: "entered", code: codeOf(decodePayload(enter.reply, bytes, 0, bytes.length)) };
    case logout.replyType: {
      const answer = decodePayload(logout.reply, bytes, 0, bytes.length);
      return { kind: "loggedOut", code: codeOf(answer) };
    }
    case error.type: {
      const told = decodePayload(error.message, bytes, 0, bytes.length);
      return { kind: "error", code: errorCodeOf(told?.code ?? 0) ?? "NONE" };
    }
    case disconnect.type: {
      const told = decodePayload(disconnect.message, bytes, 0, bytes.length);
      return { kind: "disconnect", code: errorCodeOf(told?.code ?? 0) ?? "NONE" };
    }
    default:
      return null;
  }
}

function codeOf(
  answer: { readonly success?: boolean; readonly errorCode?: number } | null,
): string {
  if (answer?.success === true) return "NONE";
  return errorCodeOf(answer?.errorCode ?? 0) ?? "UNKNOWN";
}
