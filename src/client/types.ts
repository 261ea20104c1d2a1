/**
 * What a user's client looks like, derived from the contracts it was given: a wrong message, a
 * packet in the wrong direction or an unknown name does not compile.
 */
import type {
  AnyContract,
  AnyRequest,
  AnyToClient,
  AnyToServer,
  Decoded,
  Encodable,
  Entries,
} from "../core/wire/index.ts";
import type { ClientCounters, ClientState, Welcome } from "./borders.ts";
import type { Refused, RefusedCode } from "./refused.ts";

/** Takes a listener away again. */
export type Unsubscribe = () => void;

type KeysOf<E extends Entries, Kind> = {
  [K in keyof E]: E[K] extends Kind ? K : never;
}[keyof E];

/** Asks, and resolves with the server's reply. Rejects with a `Refusal`. */
type Ask<E> = E extends AnyRequest
  ? (message: Encodable<E["message"]>) => Promise<Decoded<E["reply"]>>
  : never;

/** Tells. Throws a `Refusal` when the message cannot even wait to be sent. */
type Tell<E> = E extends AnyToServer ? (message: Encodable<E["message"]>) => void : never;

type Heard<E> = E extends AnyToClient ? Decoded<E["message"]> : never;

/** One contract of the game: `game.lantern.place(...)`, `game.lantern.on("lit", ...)`. */
export type Face<E extends Entries> = {
  readonly [K in KeysOf<E, AnyRequest>]: Ask<E[K]>;
} & {
  readonly [K in KeysOf<E, AnyToServer>]: Tell<E[K]>;
} & ([KeysOf<E, AnyToClient>] extends [never]
    ? unknown
    : {
        /** Calls the listener with each such message of the server, in the order of arrival. */
        on<K extends KeysOf<E, AnyToClient>>(
          key: K,
          listener: (message: Heard<E[K]>) => void,
        ): Unsubscribe;
      });

/** What happens to the client as a whole. */
export interface GameEvents {
  /** The link broke; another follows. What was in flight is rejected. */
  disconnected: Refused;
  /** A link is up again after one that broke. */
  reconnected: Welcome;
  /** The end, by `close` or because there is no use in trying again. */
  closed: Refused;
  /** The server refused something that was no request. */
  refused: Refused;
}

export interface GameControls {
  on<K extends keyof GameEvents>(event: K, listener: (what: GameEvents[K]) => void): Unsubscribe;
  /** Ends for good; resolves when the socket is gone. What is pending rejects with `STOPPED`. */
  close(): Promise<void>;
  readonly state: ClientState;
  readonly counters: Readonly<ClientCounters>;
  /** Of the last heartbeat, in milliseconds; null before the first. */
  readonly roundTripMs: number | null;
}

/** A client of these contracts. */
export type Game<C extends readonly AnyContract[]> = GameControls & {
  readonly [Name in C[number]["name"]]: Face<
    Extract<C[number], { readonly name: Name }>["entries"]
  >;
};

/** A request, or a connection, that did not end well; `code` says how. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusedCode;
  /** Trying sooner is refused again; 0 when nothing is known. */
  readonly retryAfterMs: number;
  /** Whether trying again can help at all. */
  readonly mayRetry: boolean;

  /** @param what what was refused, for the message */
  constructor(refused: Refused, what: string) {
    super(`${what}: ${refused.code}: ${refused.message}`);
    this.code = refused.code;
    this.retryAfterMs = refused.retryAfterMs;
    this.mayRetry = refused.mayRetry;
  }
}
