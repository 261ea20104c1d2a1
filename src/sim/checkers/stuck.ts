/**
 * Whether a client that is not where it wants to be was allowed to be stuck. A client states what
 * keeps it out, by the last thing that it was told; the statement is believed when the facts bear
 * it out, and not before: a server may say that it is full, and be wrong.
 */
import type { Fault } from "../faults.ts";
import type { QuietPlayer, QuietScene, QuietServer, QuietTraveller } from "./checker.ts";
import { playersViewName, readPlayersView } from "./players-view.ts";

/** What keeps a client out, as it has it from others. */
export type Statement =
  | { readonly type: "cut-off" }
  | { readonly type: "no-answer"; readonly server: string }
  | { readonly type: "server-full"; readonly server: string }
  /** No game server has room for one more. */
  | { readonly type: "servers-full" }
  | { readonly type: "account-in-use" }
  | { readonly type: "refused-for-good"; readonly code: string }
  /** Nothing: whatever it was told should not have kept it out so long. */
  | { readonly type: "none"; readonly code: string | null };

/** Codes that end a client for good, and which faults of its own links make each of them right. */
const goodReasons: Readonly<Record<string, readonly Fault[]>> = {
  WRONG_TRANSPORT: ["tls.plaintext", "tls.to-plain"],
  SEQUENCE_BROKEN: ["network.corrupt"],
  FRAME_LENGTH_INVALID: ["network.corrupt"],
  TOO_MANY_MALFORMED: ["network.corrupt"],
  VERSION_MISMATCH: ["network.corrupt"],
  INVALID_PACKET: ["network.corrupt"],
  // A greeting of which another packet type was made.
  NOT_SERVED: ["network.corrupt"],
  NOT_ALLOWED_IN_STATE: ["network.corrupt"],
  SERVER_ONLY: ["network.corrupt"],
  UNKNOWN: ["network.corrupt"],
};

/** Faults that one may be stuck for. */
export const excusing: ReadonlySet<Fault> = new Set(Object.values(goodReasons).flat());

/** What a client is told by its own system, when nobody answers. */
const unanswered: ReadonlySet<string> = new Set([
  "CONNECT_FAILED",
  "CONNECT_TIMEOUT",
  "CONNECTION_LOST",
  "SERVER_SILENT",
  "REQUEST_TIMEOUT",
]);

/** Where a player of one server stays: ready, or having ended by itself. */
const isInPlace = ({ state, code }: QuietPlayer): boolean =>
  state === "ready" || state === "idle" || (state === "stopped" && code === "STOPPED");

/** Null for a player that is where it should be. */
export function statementOf(player: QuietPlayer): Statement | null {
  const { server, state, code, isCutOff } = player;
  if (isCutOff) return { type: "cut-off" };
  if (isInPlace(player)) return null;
  if (state === "stopped") return { type: "refused-for-good", code: code ?? "NONE" };
  if (code === "SERVER_FULL") return { type: "server-full", server };
  if (code === null || unanswered.has(code)) return { type: "no-answer", server };
  return { type: "none", code };
}

/** The same of a traveller, who may be kept out by others who play with his account. */
export function statementOfTraveller(traveller: QuietTraveller): Statement | null {
  const { phase, unjudged, refusal, isCutOff, wants } = traveller;
  if (isCutOff) return { type: "cut-off" };
  if (phase === "away" || phase === "ousted") return null;
  if (phase === "playing" && unjudged === 0) return null;
  if (refusal === "SERVER_FULL" && phase === "loggingIn") return { type: "servers-full" };
  if (refusal === "DUPLICATE_LOGIN" && phase === "loggingIn") return { type: "account-in-use" };
  if (wants !== null && refusal !== null && unanswered.has(refusal)) {
    return { type: "no-answer", server: wants };
  }
  return { type: "none", code: refusal };
}

/** Why the statement of `who` does not hold, in words; null when it does. */
export function lieOf(
  statement: Statement,
  who: QuietPlayer | QuietTraveller,
  scene: QuietScene,
  connectionsMax: number,
): string | null {
  switch (statement.type) {
    case "cut-off":
      return isHeard(who) ? "it is said to be cut off, and is heard" : null;
    case "no-answer":
      return lieOfSilence(serverOf(statement.server, scene), statement.server);
    case "server-full": {
      const ready = scene.players.filter(
        ({ server, state, isCutOff }) =>
          server === statement.server && state === "ready" && !isCutOff,
      ).length;
      const text = `${String(ready)} of ${String(connectionsMax)} places are taken`;
      return ready >= connectionsMax ? null : `${statement.server} is not full: ${text}`;
    }
    case "servers-full": {
      const free = scene.servers.find((server) => hasRoom(server));
      return free === undefined ? null : `${free.name} is not full`;
    }
    case "account-in-use":
      return isKeptOut(who as QuietTraveller, scene) ? null : "nobody else plays with its account";
    case "refused-for-good": {
      const { code } = statement;
      const isRight = (goodReasons[code] ?? []).some((fault) => who.struckBy.has(fault));
      return isRight ? null : `nothing that happened to it makes ${code} right`;
    }
    case "none":
      return `it was last told ${statement.code ?? "nothing"}, which should be over`;
  }
}

/** As far as it can be seen from outside: it has what only a server can have given it. */
const isHeard = (who: QuietPlayer | QuietTraveller): boolean =>
  "state" in who ? who.state === "ready" : who.phase === "playing" && who.isLinked;

const serverOf = (name: string, { servers }: QuietScene): QuietServer | undefined =>
  servers.find((server) => server.name === name);

/** Whoever is in the world takes a place, also one who was cut off and is not missed yet. */
function hasRoom(server: QuietServer): boolean {
  const { serves, playersMax = Infinity } = server;
  const data = serves ? server.view(playersViewName) : null;
  return data !== null && readPlayersView(data).entities.length < playersMax;
}

function lieOfSilence(server: QuietServer | undefined, name: string): string | null {
  if (server === undefined) return `there is no server ${name}`;
  if (!server.isDown) return `${name} is not down for good`;
  return server.serves ? `${name} is said to be down for good, and serves` : null;
}

/** Somebody else plays with the account, on a device that is not his. */
function isKeptOut({ name, account, device }: QuietTraveller, { travellers }: QuietScene): boolean {
  return travellers.some((other) => {
    const isOther = other.name !== name && other.account === account;
    // From the same device it would take over at the next attempt.
    const isElsewhere = device === "" || other.device !== device;
    return isOther && isElsewhere && other.phase === "playing" && !other.isCutOff;
  });
}
