/**
 * [AUTH-17] A logout is what it says: whoever is told that he has logged out has no login any more,
 * and no session.
 *
 * 1. A success is told in the step that hears that the login has ended: that of the session, or of
 *    the token which it has shown; or that the token was worth nothing, where he was nobody when he
 *    asked; or at once to who is nobody and shows no token.
 * 2. Whose login has ended is told of a success.
 * 3. The session ends behind that answer, with a goodbye.
 */
import { accountContract, loginContract, worldContract } from "../../core/features/contracts.ts";
import type { CallId, ConnectionId } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { decodePayload, EnvelopeReader } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import { isSuccess } from "./replies.ts";
import { Rewound } from "./rewound.ts";

interface Asked {
  readonly operation: string;
  readonly asker: ConnectionId;
  /** The session was somebody's by then. */
  readonly wasIn: boolean;
}

interface Register {
  readonly calls: Map<CallId, Asked>;
  /** By which login a session is somebody's. */
  readonly logins: Map<ConnectionId, string>;
  /** The login of the token that it has shown last. */
  readonly shown: Map<ConnectionId, string>;
}

interface Fields {
  readonly kind?: string;
  readonly reason?: string;
  readonly tokenId?: string;
}

const { login } = loginContract.entries;
const { logout } = accountContract.entries;
const { enter } = worldContract.entries;
const watched: ReadonlySet<string> = new Set(["tokens.verify", "logins.open", "logins.end"]);

export class LogoutsChecker implements Checker {
  readonly name = "logouts";
  readonly missesEncore = true;
  /** Counts logouts that have succeeded. */
  checked = 0;
  readonly memory = new Rewound(newRegister);
  readonly #envelope = new EnvelopeReader();

  stepped(step: Step): void {
    const { event, sends, calls } = step;
    const register = this.memory.now;
    let heard: Asked | null = null;
    let answer: Fields = {};
    if (event.type === "call.completed") {
      heard = register.calls.get(event.call) ?? null;
      register.calls.delete(event.call);
      if (event.result.ok) answer = fieldsOf(event.result.answer);
      const { kind, tokenId } = answer;
      if (heard !== null && (kind === "valid" || kind === "opened") && tokenId !== undefined) {
        register.shown.set(heard.asker, tokenId);
      }
    }
    for (const { call, operation, asker, request } of calls) {
      if (asker === null || !watched.has(operation)) continue;
      register.calls.set(call, { operation, asker, wasIn: register.logins.has(asker) });
      // A login that was opened in vain is ended, too.
      if (operation !== "logins.end" || heard?.operation === "logins.open") continue;
      const due = register.logins.get(asker) ?? register.shown.get(asker);
      if (fieldsOf(request).tokenId === due) continue;
      this.#fail("a logout ends the login of who asks for it", `connection ${String(asker)}`);
    }
    for (const send of sends) this.#sent(send, { step, heard, answer });
    if (event.type !== "connection.closed") return;
    register.logins.delete(event.connection);
    register.shown.delete(event.connection);
  }

  #sent({ connection, type, payload }: StepSend, at: At): void {
    const { logins, shown } = this.memory.now;
    if (type === login.replyType || type === enter.replyType) {
      const { reply } = type === login.replyType ? login : enter;
      const his = shown.get(connection);
      if (his !== undefined && isSuccess(reply, payload)) logins.set(connection, his);
      return;
    }
    if (type !== logout.replyType) return;
    const { step, heard, answer } = at;
    const { event, closes, isReplay } = step;
    const about = `connection ${String(connection)}, after ${event.type}`;
    const isHis = heard?.asker === connection;
    const isOk = event.type === "call.completed" && event.result.ok;
    const hasEnded = isHis && heard.operation === "logins.end" && isOk;
    if (!isSuccess(logout.reply, payload)) {
      if (hasEnded) this.#fail("whose login has ended is told so", about);
      return;
    }
    if (!isReplay) this.checked += 1;
    // He may have come in by that token before he is told that it is void.
    const isVoid = isHis && !heard.wasIn && answer.reason === "revoked";
    const showedNone = !logins.has(connection) && this.#showsNothing(event, connection);
    const hadNone = isVoid || showedNone;
    if (!hasEnded && !hadNone) this.#fail("a logout that succeeds has ended a login", about);
    logins.delete(connection);
    const end = closes.find((close) => close.connection === connection);
    if (end?.code !== "GOODBYE") this.#fail("whoever has logged out has no session", about);
  }

  #showsNothing(event: Step["event"], connection: ConnectionId): boolean {
    if (event.type !== "packet.received" || event.connection !== connection) return false;
    const { bytes, start, end } = event;
    const envelope = this.#envelope;
    if (!envelope.read(bytes, start, end) || envelope.type !== (logout.type as number)) {
      return false;
    }
    const { payloadStart, payloadEnd } = envelope;
    return decodePayload(logout.message, bytes, payloadStart, payloadEnd)?.sessionToken === "";
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

interface At {
  readonly step: Step;
  /** The call whose answer the step has heard. */
  readonly heard: Asked | null;
  readonly answer: Fields;
}

const fieldsOf = (data: PlainData): Fields =>
  typeof data === "object" && data !== null ? (data as Fields) : {};

const newRegister = (): Register => ({ calls: new Map(), logins: new Map(), shown: new Map() });
