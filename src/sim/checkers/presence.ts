/**
 * [AUTH-12] [AUTH-16] [SMG-10] Who is somebody, told from the realm's effects and from what the
 * outside answered, and from nothing that the realm says of itself:
 *
 * 1. A session becomes a player's only in the step that hears of the good password or token that
 *    this very session has sent.
 * 2. A player is in one session of a realm at most, at every step.
 * 3. Nothing of the world goes to a session that is not in it.
 * 4. A token is worth nothing once its login has ended, or its time is over by the wall clock; and
 *    until then one that the outside has found good lets its player in.
 * 5. Whoever has gone is told, when his session closes, to have been who he was: nobody when he has
 *    logged out.
 */
import {
  accountContract,
  loginContract,
  operateContract,
  worldContract,
} from "../../core/features/contracts.ts";
import type { LogFields, LogLevel } from "../../core/contract.ts";
import { errorTable } from "../../core/kernel/errors.ts";
import type { CallId, ConnectionId } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import { isSuccess, readPayload } from "./replies.ts";
import { Rewound } from "./rewound.ts";

/** A session's player, from the step that lets him in to the one that ends it. */
export interface Present {
  readonly player: number;
  readonly login: string;
  readonly inWorld: boolean;
  /** As the outside said with the token; of who came by a password nobody asks. */
  readonly name: string;
  readonly role: string;
}

interface Asked {
  readonly operation: string;
  readonly asker: ConnectionId;
  readonly player: number;
  readonly tokenId: string;
}

interface Register {
  readonly present: Map<ConnectionId, Present>;
  /** Whose session each connection is until it closes; 0: nobody's. */
  readonly owners: Map<ConnectionId, number>;
  readonly calls: Map<CallId, Asked>;
  /** Logins that the outside has confirmed to be over. */
  readonly ended: Set<string>;
  /** How far the wall clock is from the realm's time, as it was told. */
  wallOffsetMicros: number;
}

const { login } = loginContract.entries;
const { logout } = accountContract.entries;
const { enter, entity, update } = worldContract.entries;
const { begin } = operateContract.entries;
const watched: ReadonlySet<string> = new Set(["tokens.verify", "logins.open", "logins.end"]);

export class PresenceChecker implements Checker {
  readonly name = "presence";
  readonly missesEncore = true;
  /** Counts sessions that became somebody's. */
  checked = 0;
  readonly memory = new Rewound(newRegister);
  readonly #leaving = new Map<ConnectionId, Present>();
  /** Who has gone in the last step, 0 for nobody; null: no one has, or nobody can say. */
  #gone: number | null = null;

  /** Sessions that are somebody's now, by their connections. */
  get present(): ReadonlyMap<ConnectionId, Present> {
    return this.memory.now.present;
  }

  /** Those who have ceased to be present in the step that was made last. */
  get leaving(): ReadonlyMap<ConnectionId, Present> {
    return this.#leaving;
  }

  stepped(step: Step): void {
    const { calls } = this.memory.now;
    const { event } = step;
    if (event.type === "server.started") this.memory.now.wallOffsetMicros = 0;
    if (event.type === "clock.corrected") this.memory.now.wallOffsetMicros = event.offsetMicros;
    const asked = event.type === "call.completed" ? (calls.get(event.call) ?? null) : null;
    for (const { call, operation, asker, request } of step.calls) {
      if (asker === null || !watched.has(operation)) continue;
      const { player, tokenId } = fieldsOf(request);
      calls.set(call, { operation, asker, player: Number(player ?? 0), tokenId: textOf(tokenId) });
    }
    // Whoever is told to end in this step makes room in it. What he is told in it may come first.
    this.#leaving.clear();
    for (const { connection } of step.closes) this.#leave(connection);
    if (asked !== null && event.type === "call.completed") calls.delete(event.call);
    const { result } = event.type === "call.completed" ? event : { result: null };
    const answer = result?.ok === true ? fieldsOf(result.answer) : null;
    if (asked?.operation === "logins.end" && answer !== null) {
      this.memory.now.ended.add(asked.tokenId);
    }
    const before = this.memory.now.present.size;
    for (const send of step.sends) this.#sent(send, asked, answer, step);
    if (!step.isReplay && this.memory.now.present.size > before) this.checked += 1;
    if (event.type === "connection.opened") this.memory.now.owners.set(event.connection, 0);
    if (event.type === "connection.closed") this.#closed(event.connection, step.isReplay);
  }

  /** A step's lines come when it was made. */
  logged(_level: LogLevel, message: string, { player = 0 }: LogFields): void {
    if (message !== "session closed") return;
    const gone = this.#gone;
    this.#gone = null;
    if (gone === null || gone === player) return;
    const detail = `player ${String(player)}, not ${String(gone)}`;
    this.#fail("whoever has gone is told to have been who he was", detail);
  }

  /** What is repeated is not logged again. */
  #closed(connection: ConnectionId, isReplay: boolean): void {
    const { present, owners } = this.memory.now;
    this.#gone = isReplay ? null : (owners.get(connection) ?? null);
    present.delete(connection);
    owners.delete(connection);
  }

  #leave(connection: ConnectionId): void {
    const { present } = this.memory.now;
    const who = present.get(connection);
    if (who === undefined) return;
    this.#leaving.set(connection, who);
    present.delete(connection);
  }

  #sent(send: StepSend, asked: Asked | null, answer: Fields | null, step: Step): void {
    const { connection, type, payload } = send;
    switch (type) {
      case login.replyType:
        if (!isSuccess(login.reply, payload)) return;
        return this.#admit(connection, {
          isEarned: asked?.operation === "logins.open" && answer?.["kind"] === "opened",
          asked,
          who: { player: asked?.player ?? 0, login: "", inWorld: false, name: "", role: "" },
        });
      case begin.replyType:
        return this.#admitByToken(connection, asked, { answer, inWorld: false, step });
      case enter.replyType: {
        const isGood = answer?.["kind"] === "valid" && asked?.asker === connection;
        if (!isSuccess(enter.reply, payload)) {
          const isInTime = this.#isInTime(answer, step);
          if (isGood && isInTime && codeOf(payload) === errorTable.INVALID_CREDENTIALS.code) {
            this.#fail("a good token is believed", `connection ${String(connection)}`);
          }
          return;
        }
        return this.#admitByToken(connection, asked, { answer, inWorld: true, step });
      }
      case logout.replyType:
        if (!isSuccess(logout.reply, payload)) return;
        this.memory.now.owners.set(connection, 0);
        return this.#leave(connection);
      case update.type:
      case entity.type:
        if (this.memory.now.present.get(connection)?.inWorld === true) return;
        if (this.#leaving.get(connection)?.inWorld === true) return;
        throw new CheckFailure(
          this.name,
          "nothing of the world goes to a session that is not in it",
          `connection ${String(connection)} after ${step.event.type}`,
        );
      default:
        return;
    }
  }

  /** Whether a token that the outside has found good is so still. */
  #isInTime(answer: Fields | null, { event }: Step): boolean {
    const expiresAtMs = Number(answer?.["expiresAtMs"] ?? Infinity);
    return event.at + this.memory.now.wallOffsetMicros < expiresAtMs * 1_000;
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }

  #admitByToken(
    connection: ConnectionId,
    asked: Asked | null,
    { answer, inWorld, step }: Verdict,
  ): void {
    const isGood = answer?.["kind"] === "valid" && asked?.asker === connection;
    if (isGood && !this.#isInTime(answer, step)) {
      this.#fail("a token is worth nothing when its time is over", String(connection));
    }
    const { player = 0, tokenId, name, role } = answer ?? {};
    return this.#admit(connection, {
      isEarned: asked?.operation === "tokens.verify" && answer?.["kind"] === "valid",
      asked,
      who: {
        player: Number(player),
        login: textOf(tokenId),
        inWorld,
        name: textOf(name),
        role: textOf(role),
      },
    });
  }

  #admit(
    connection: ConnectionId,
    { isEarned, asked, who }: { isEarned: boolean; asked: Asked | null; who: Present },
  ): void {
    const { present, ended } = this.memory.now;
    const about = `connection ${String(connection)}, player ${String(who.player)}`;
    if (!isEarned || asked?.asker !== connection) {
      const rule = "a session is somebody's only by a password or token that it sent";
      throw new CheckFailure(this.name, rule, about);
    }
    if (who.login !== "" && ended.has(who.login)) {
      throw new CheckFailure(this.name, "a token is worth nothing after its login's end", about);
    }
    for (const [other, { player }] of present) {
      if (player !== who.player || other === connection) continue;
      throw new CheckFailure(
        this.name,
        "a player is in one session of a realm at most",
        `${about}, who is at connection ${String(other)}`,
      );
    }
    present.set(connection, who);
    this.memory.now.owners.set(connection, who.player);
  }
}

/** What came of a token, and where it leads. */
interface Verdict {
  readonly answer: Fields | null;
  readonly inWorld: boolean;
  readonly step: Step;
}

type Fields = Readonly<Record<string, PlainData>>;

const fieldsOf = (data: PlainData): Fields =>
  typeof data === "object" && data !== null ? (data as Fields) : {};

const textOf = (data: PlainData | undefined): string => (typeof data === "string" ? data : "");

const newRegister = (): Register => ({
  present: new Map(),
  owners: new Map(),
  calls: new Map(),
  ended: new Set(),
  wallOffsetMicros: 0,
});

/** The error code of an answer to ENTER_WORLD. */
const codeOf = (payload: Uint8Array | null): number =>
  readPayload(enter.reply, payload)?.errorCode ?? 0;
