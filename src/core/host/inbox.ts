/**
 * What the platform has told, until a turn takes it. Each platform thread fills a lane of its own;
 * calls and commands fill one more. A lane keeps its order; between lanes the order is a decision,
 * made by rotation in production and by a recorded draw in the simulator.
 *
 * Answers of the disk and the listener stand apart: they decide what may leave and are no input of
 * the realm, so they are taken first, also while the realm stands still.
 *
 * I1. What came through one lane is taken in the order in which it came, each once.
 * I2. Filling a lane does nothing else: everything happens in the turn that takes.
 */
import type {
  CallResult,
  FileResult,
  HandshakeFailure,
  PeerAddress,
  Producer,
  RequestId,
  SocketId,
} from "../contract.ts";
import { invariant } from "../kernel/assert.ts";
import { WORKER_MAX } from "../kernel/ids.ts";
import type { CallId } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { CaptureOrder } from "./capture.ts";
import type { FollowerReport } from "./follower.ts";

/** Decides whose completion is taken next. */
export interface MergeOrder {
  /**
   * @param waiting the lanes that hold something, at least two, ascending.
   *   Producers count from 0; the lane of calls and commands comes after the last of them
   * @returns one of them
   */
  choose(waiting: readonly number[]): number;
}

/** What a platform thread told of its sockets. One object a chunk, not one a packet. */
export type SocketCompletion =
  | {
      readonly type: "socketOpened";
      readonly socket: SocketId;
      readonly peer: PeerAddress;
      readonly producer: number;
    }
  | { readonly type: "handshakeFailed"; readonly remote: string; readonly reason: HandshakeFailure }
  | { readonly type: "received"; readonly socket: SocketId; readonly bytes: Uint8Array }
  | { readonly type: "writeDrained"; readonly socket: SocketId; readonly unsentBytes: number }
  | { readonly type: "socketEnded"; readonly socket: SocketId }
  | { readonly type: "socketClosed"; readonly socket: SocketId; readonly code: string | null };

/** Calls and commands. */
export type ControlCompletion =
  | { readonly type: "callDone"; readonly call: CallId; readonly result: CallResult }
  | { readonly type: "drain" }
  | { readonly type: "capture"; readonly order: CaptureOrder }
  | { readonly type: "reconfigure"; readonly config: PlainData };

/** What becomes events of the realm. */
export type Completion = SocketCompletion | ControlCompletion;

/** What the realm does not hear of. */
export type PlatformAnswer =
  | { readonly type: "fileDone"; readonly request: RequestId; readonly result: FileResult }
  | { readonly type: "followed"; readonly report: FollowerReport }
  | { readonly type: "listening" }
  | { readonly type: "listenFailed"; readonly message: string };

export class Inbox {
  /** What the platform's threads call. */
  readonly producers: readonly Producer[];
  readonly #lanes: readonly Lane<SocketCompletion>[];
  readonly #control = new Lane<ControlCompletion>();
  readonly #answers = new Lane<PlatformAnswer>();
  readonly #order: MergeOrder;

  /** @param producers how many platform threads deliver, 1..16 */
  constructor(producers: number, order: MergeOrder = new Rotation()) {
    invariant(producers >= 1 && producers <= WORKER_MAX + 1, "1 to 16 producers", producers);
    this.#order = order;
    this.#lanes = Array.from({ length: producers }, () => new Lane<SocketCompletion>());
    this.producers = this.#lanes.map(laneProducer);
  }

  /** Queues a call's answer or a command. */
  post(completion: ControlCompletion): void {
    this.#control.push(completion);
  }

  /** Queues what the realm does not hear of. */
  answer(answer: PlatformAnswer): void {
    this.#answers.push(answer);
  }

  /** True when `take` would return null. */
  get isEmpty(): boolean {
    return this.#control.isEmpty && this.#lanes.every((lane) => lane.isEmpty);
  }

  /** The next completion of any lane, in the merge order; null when all are empty. */
  take(): Completion | null {
    let waits = this.#control.isEmpty ? 0 : 1;
    let only: TakingLane<Completion> = this.#control;
    for (const lane of this.#lanes) {
      if (lane.isEmpty) continue;
      waits += 1;
      only = lane;
    }
    if (waits === 0) return null;
    return (waits === 1 ? only : this.#choose()).take();
  }

  #choose(): TakingLane<Completion> {
    const waiting: number[] = [];
    for (const [index, lane] of this.#lanes.entries()) if (!lane.isEmpty) waiting.push(index);
    if (!this.#control.isEmpty) waiting.push(this.#lanes.length);
    const chosen = this.#order.choose(waiting);
    const lane = chosen === this.#lanes.length ? this.#control : this.#lanes[chosen];
    invariant(lane !== undefined && !lane.isEmpty, "the merge order chose an empty lane", chosen);
    return lane;
  }

  /** The next answer of the disk or the listener; null when there is none. */
  takeAnswer(): PlatformAnswer | null {
    return this.#answers.isEmpty ? null : this.#answers.take();
  }
}

/** Every waiting lane has its turn before any has a second one. */
class Rotation implements MergeOrder {
  #last = -1;

  choose(waiting: readonly number[]): number {
    const [first] = waiting;
    invariant(first !== undefined, "something waits");
    this.#last = waiting.find((lane) => lane > this.#last) ?? first;
    return this.#last;
  }
}

/** What `take` needs of a lane. */
interface TakingLane<T> {
  readonly isEmpty: boolean;
  take(): T;
}

/** First in, first out; an array and a head, because `shift` moves what it leaves behind. */
class Lane<T> implements TakingLane<T> {
  #items: T[] = [];
  #head = 0;

  get isEmpty(): boolean {
    return this.#head === this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  take(): T {
    const item = this.#items[this.#head];
    invariant(item !== undefined, "taking from an empty lane");
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    }
    return item;
  }
}

function laneProducer(lane: Lane<SocketCompletion>, producer: number): Producer {
  return {
    socketOpened: (socket, peer) => {
      lane.push({ type: "socketOpened", socket, peer, producer });
    },
    handshakeFailed: (remote, reason) => {
      lane.push({ type: "handshakeFailed", remote, reason });
    },
    received: (socket, bytes) => {
      lane.push({ type: "received", socket, bytes });
    },
    writeDrained: (socket, unsentBytes) => {
      lane.push({ type: "writeDrained", socket, unsentBytes });
    },
    socketEnded: (socket) => {
      lane.push({ type: "socketEnded", socket });
    },
    socketClosed: (socket, code) => {
      lane.push({ type: "socketClosed", socket, code });
    },
  };
}
