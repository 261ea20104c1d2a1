/** Drives the realm of one role among others: one clock, and calls that wait to be performed. */
import type { CallResult, Event } from "../../src/core/contract.ts";
import type { Feature } from "../../src/core/realm/index.ts";
import type { CallId, ConnectionId, Micros } from "../../src/core/kernel/ids.ts";
import { reprise as auth } from "../../src/core/wire/gen/auth.js";
import { reprise as game } from "../../src/core/wire/gen/game.js";
import { reprise as operate } from "../../src/core/wire/gen/operate.js";
import type { AccountDesk, Caller } from "./account-desk.ts";
import { RealmDriver } from "./realm-driver.ts";
import type { Called, Closed, RecordingOutbox, Sent } from "./realm-driver.ts";

export const playerTypes = {
  login: 1_000,
  loggedIn: 1_001,
  logout: 1_002,
  loggedOut: 1_003,
  heartbeat: 1_004,
  disconnect: 1_052,
  operate: 1_060,
  operates: 1_061,
  enter: 2_000,
  entered: 2_001,
} as const;

export interface RoleOptions {
  readonly features: readonly Feature[];
  readonly desk: AccountDesk;
  readonly caller: Caller;
  readonly config?: Readonly<Record<string, number>>;
}

type Failure = Extract<CallResult, { ok: false }>["code"];

export interface Credentials {
  readonly name: string;
  readonly password?: string;
  readonly device?: string;
  readonly version?: string;
}

export class RoleDriver extends RealmDriver {
  readonly caller: Caller;
  /** Calls that nobody has performed yet, oldest first. */
  readonly waiting: Called[] = [];
  readonly allSent: Sent[] = [];
  readonly allClosed: Closed[] = [];
  readonly allLogged: RecordingOutbox["logged"] = [];
  readonly #desk: AccountDesk;
  readonly #taken = new Set<object>();
  readonly #reaped = new Set<ConnectionId>();

  constructor({ features, desk, caller, config = {} }: RoleOptions) {
    super({ features, config });
    this.caller = caller;
    this.#desk = desk;
  }

  override step(event: Event): RecordingOutbox {
    const outbox = super.step(event);
    const [broken] = this.machine.violations();
    if (broken !== undefined) throw new Error(`${event.type}: ${broken}`);
    // A step that the driver put in front was taken when it was made.
    this.#take(outbox.called, this.waiting);
    this.#take(outbox.sent, this.allSent);
    this.#take(outbox.closed, this.allClosed);
    this.#take(outbox.logged, this.allLogged);
    return outbox;
  }

  #take<T extends object>(from: readonly T[], into: T[]): void {
    for (const one of from) {
      if (this.#taken.has(one)) continue;
      this.#taken.add(one);
      into.push(one);
    }
  }

  /** Performs the oldest waiting call of that operation, or of any, and answers it. */
  settle(operation?: string): Called {
    const index = this.waiting.findIndex(
      (call) => operation === undefined || call.operation === operation,
    );
    const [call] = index < 0 ? [] : this.waiting.splice(index, 1);
    if (call === undefined) throw new Error(`no call of ${operation ?? "anything"} waits`);
    this.answer(call.id, this.#desk.perform(call, this.caller));
    return call;
  }

  /** Performs what waits, and what that orders, but for reports. */
  settleAll(): void {
    while (this.waiting.some(({ operation }) => operation !== "directory.report")) {
      const next = this.waiting.find(({ operation }) => operation !== "directory.report");
      this.settle(next?.operation);
    }
  }

  /** Lets the oldest waiting call of that operation fail. */
  fail(operation: string, code: Failure): CallId {
    const index = this.waiting.findIndex((call) => call.operation === operation);
    const [call] = this.waiting.splice(index, 1);
    if (call === undefined) throw new Error(`no call of ${operation} waits`);
    this.answer(call.id, { ok: false, code });
    return call.id;
  }

  /** Passes time up to that instant, waking the realm. */
  reach(at: Micros): void {
    if (at > this.at) this.pass(at - this.at);
  }

  login(connection: ConnectionId, credentials: Credentials): void {
    const { name, password = "secret", device = "", version = "" } = credentials;
    this.message(connection, playerTypes.login, auth.v1.LoginRequest, {
      username: name,
      passwordHash: password === "" ? "" : String(this.#desk.password(password)),
      clientVersion: version,
      deviceId: device,
    });
  }

  enter(connection: ConnectionId, token: number | string): void {
    this.message(connection, playerTypes.enter, game.v1.EnterWorldRequest, {
      sessionToken: String(token),
    });
  }

  logout(
    connection: ConnectionId,
    message: { playerId?: number; sessionToken?: string } = {},
  ): void {
    this.message(connection, playerTypes.logout, auth.v1.LogoutRequest, message);
  }

  operate(connection: ConnectionId, token: number | string): void {
    this.message(connection, playerTypes.operate, operate.v1.OperateRequest, {
      sessionToken: String(token),
    });
  }

  /** The last packet of that type to the connection. */
  last(connection: ConnectionId, type: number): Sent | undefined {
    return this.allSent.findLast((sent) => sent.connection === connection && sent.type === type);
  }

  loginAnswer(connection: ConnectionId): auth.v1.LoginResponse | null {
    return decoded(auth.v1.LoginResponse, this.last(connection, playerTypes.loggedIn));
  }

  enterAnswer(connection: ConnectionId): game.v1.EnterWorldResponse | null {
    return decoded(game.v1.EnterWorldResponse, this.last(connection, playerTypes.entered));
  }

  logoutAnswer(connection: ConnectionId): auth.v1.LogoutResponse | null {
    return decoded(auth.v1.LogoutResponse, this.last(connection, playerTypes.loggedOut));
  }

  /** The code of the order to close the connection, or null. */
  closedWith(connection: ConnectionId): string | null {
    return this.allClosed.find((closed) => closed.connection === connection)?.code ?? null;
  }

  /** Closes the links whose close was ordered, as the host does. */
  reap(): void {
    for (const { connection } of this.allClosed) {
      if (this.#reaped.has(connection)) continue;
      this.#reaped.add(connection);
      this.close(connection);
    }
  }
}

const decoded = <T>(message: { decode(bytes: Uint8Array): T }, sent: Sent | undefined): T | null =>
  sent === undefined ? null : message.decode(sent.bytes);
