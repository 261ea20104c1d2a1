/**
 * What the links of one server are doing, followed from both ends, and what that server is doing
 * where it has none: what coverage says a fault has struck.
 *
 * A situation is written `packet type/state`. Before and after there is a session the server does
 * the same whatever was sent, so the type is `-` there.
 *
 * L1. A repeated step moves nobody: the links of a process end with it.
 * L2. Nothing is done in a step for what a fault might want to know; a fault that strikes a server
 *     costs as much as it has links.
 */
import type { SocketId } from "../core/contract.ts";
import { loginContract, worldContract } from "../core/features/contracts.ts";
import type { CallId, ConnectionId, PacketType } from "../core/kernel/ids.ts";
import type { AnyRequest } from "../core/wire/index.ts";
import type { Checker, ClientPacket, Step } from "./checkers/checker.ts";
import { isSuccess } from "./checkers/replies.ts";

/** `packet type/state`. */
export type Situation = string;

/** The states of a link before there is a session, and after. */
export const sessionless = ["unknown", "handshaking", "disconnecting", "gone"] as const;
/** Of a server without a link: it has no process, one that is coming up, one that serves nobody. */
export const linkless = ["down", "starting", "empty"] as const;
/** Who asks for a call that nobody's packet wants: a tick, or the realm itself. */
export const ofServer: Situation = "-/server";
/** And those of a link that is somebody's: by the packet whose success leads there. */
export const playerStates: readonly (readonly [entry: AnyRequest, state: string])[] = [
  [loginContract.entries.login, "authenticated"],
  [worldContract.entries.enter, "inWorld"],
];
/** Answers that coverage reads. */
export const coveredAnswers: ReadonlySet<PacketType> = new Set(
  playerStates.map(([{ replyType }]) => replyType),
);

/** What a link is doing that no server knows of yet. */
export const unknownSituation: Situation = "-/unknown";

/** One link, from the first that was heard of it. */
class LinkState {
  #type = 0;
  #state = "unknown";
  /** Made when somebody asks, kept until it changes. */
  #situation: Situation | null = unknownSituation;

  get type(): number {
    return this.#type;
  }

  get state(): string {
    return this.#state;
  }

  get situation(): Situation {
    return (this.#situation ??= situationOf(this.#type, this.#state));
  }

  said(type: number): void {
    if (type === this.#type) return;
    this.#type = type;
    this.#situation = null;
  }

  enter(state: string): void {
    this.#state = state;
    this.#situation = null;
  }
}

export const situationOf = (type: number, state: string): Situation =>
  (sessionless as readonly string[]).includes(state) ? `-/${state}` : `${String(type)}/${state}`;

/** Whose packet wanted a call, and what his client had sent last by then. */
interface Asker {
  readonly type: number;
  readonly link: LinkState;
}

export class LinkStates implements Checker {
  readonly name = "links";
  readonly missesEncore = true;
  readonly missesReplays = true;
  readonly checked = 0;
  readonly #links = new Map<string, LinkState>();
  readonly #linkOfRemote = new Map<string, string>();
  /** Those that the present process has. */
  readonly #open = new Map<ConnectionId, LinkState>();
  readonly #askers = new Map<CallId, Asker>();
  #phase: (typeof linkless)[number] = "down";

  /** Null for a link that is not of this server. */
  about(link: string): Situation | null {
    return this.#links.get(link)?.situation ?? null;
  }

  /** What the server is in the middle of: the situation of each link, or its own. */
  situations(tell: (situation: Situation) => void): void {
    if (this.#open.size === 0) return tell(`-/${this.#phase}`);
    for (const { situation } of this.#open.values()) tell(situation);
  }

  /** The packet that wanted a call, and what has become of its link since. */
  asking(call: CallId): Situation {
    const asker = this.#askers.get(call);
    return asker === undefined ? ofServer : situationOf(asker.type, asker.link.state);
  }

  clientSent({ link, type }: ClientPacket): void {
    this.#linkOf(link).said(type);
  }

  socketOpened(_socket: SocketId, link: string, remote: string): void {
    this.#linkOfRemote.set(remote, link);
  }

  processStarted(): void {
    this.#phase = "starting";
  }

  listening(): void {
    this.#phase = "empty";
  }

  processEnded(): void {
    this.#phase = "down";
    for (const link of this.#open.values()) link.enter("gone");
    this.#open.clear();
  }

  stepped({ event, closes, sends, calls }: Step): void {
    if (event.type === "connection.opened") {
      const name = this.#linkOfRemote.get(event.remote);
      if (name === undefined) return;
      const link = this.#linkOf(name);
      this.#open.set(event.connection, link);
      link.enter("handshaking");
    }
    for (const { connection, type, payload } of sends) {
      const link = this.#open.get(connection);
      if (link === undefined) continue;
      // The first answer of any kind means that the greeting is over.
      if (link.state === "handshaking") link.enter("connected");
      if (payload === null || link.state !== "connected") continue;
      for (const [{ reply, replyType }, state] of playerStates) {
        if (type === replyType && isSuccess(reply, payload)) link.enter(state);
      }
    }
    for (const { call, asker } of calls) {
      const link = asker === null ? undefined : this.#open.get(asker);
      if (link !== undefined) this.#askers.set(call, { type: link.type, link });
    }
    if (event.type === "call.completed") this.#askers.delete(event.call);
    for (const { connection } of closes) this.#open.get(connection)?.enter("disconnecting");
    if (event.type === "connection.closed") {
      this.#open.get(event.connection)?.enter("gone");
      this.#open.delete(event.connection);
    }
  }

  #linkOf(name: string): LinkState {
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const link = new LinkState();
    this.#links.set(name, link);
    return link;
  }
}
