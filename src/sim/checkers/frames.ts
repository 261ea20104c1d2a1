/**
 * [WIRE-04] [WIRE-06] What leaves over a socket is whole frames of well-formed packets, and each is
 * one that the realm ordered for that connection: in the order of its delivery, under its number,
 * with the time of its step and the number of the packet that it answers. And so it is read at the
 * other end. What waits for the disk leaves in a later turn, what does not in that of its step.
 */
import type { SocketId } from "../../core/contract.ts";
import { controlPackets } from "../../core/wire/index.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, ClientPacket, Step, StepSend } from "./checker.ts";
import { FrameParts, lengthAt, prefixBytes } from "./frame-parts.ts";

/** What was ordered for a delivery and has not left: five numbers a packet. */
class Ordered {
  #numbers: number[] = [];
  #at = 0;

  /** In which turn the packet was ordered that was taken out last. */
  turn = 0;

  push({ type, sequence, inReplyTo }: StepSend, timestamp: number, turn: number): void {
    if (this.#at > 0 && this.#at === this.#numbers.length) {
      this.#numbers.length = 0;
      this.#at = 0;
    }
    this.#numbers.push(type, sequence, inReplyTo, timestamp, turn);
  }

  /** Takes the next one out when it is this; null: it is, otherwise what is wrong. */
  take(frame: FrameParts, isReplaced: boolean): string | null {
    const numbers = this.#numbers;
    const at = this.#at;
    if (at >= numbers.length) return "nothing was ordered";
    if (numbers[at + 1] !== frame.sequence) return `sequence ${String(numbers[at + 1])} is next`;
    if (numbers[at] !== frame.type && !isReplaced) return `it is of type ${String(numbers[at])}`;
    if (numbers[at + 2] !== frame.inReplyTo) return `it answers ${String(numbers[at + 2])}`;
    if (numbers[at + 3] !== frame.timestamp) return `its time is ${String(numbers[at + 3])}`;
    this.turn = numbers[at + 4] ?? 0;
    this.#at = at + 5;
    return null;
  }
}

interface Orders {
  readonly committed: Ordered;
  readonly prompt: Ordered;
  /** By sequence, the packets that each has said to answer; 0 for none. */
  readonly answers: { readonly committed: number[]; readonly prompt: number[] };
}

export class FramesChecker implements Checker {
  readonly name = "frames";
  readonly missesReplays = true;
  /** Counts packets that left. */
  checked = 0;
  readonly #frame = new FrameParts();
  #turn = 0;
  readonly #ofRemote = new Map<string, SocketId>();
  readonly #ofConnection = new Map<ConnectionId, Orders>();
  readonly #ofSocket = new Map<SocketId, Orders>();
  readonly #linkOfRemote = new Map<string, string>();
  readonly #ofLink = new Map<string, Orders>();

  processStarted(): void {
    this.#ofRemote.clear();
    this.#ofConnection.clear();
    this.#ofSocket.clear();
  }

  turned(): void {
    this.#turn += 1;
  }

  socketOpened(socket: SocketId, link: string, remote: string): void {
    this.#ofRemote.set(remote, socket);
    this.#linkOfRemote.set(remote, link);
  }

  socketClosed(socket: SocketId): void {
    this.#ofSocket.delete(socket);
  }

  stepped({ event, sends }: Step): void {
    if (event.type === "connection.opened") {
      const socket = this.#ofRemote.get(event.remote);
      if (socket !== undefined) {
        const answers = { committed: [0], prompt: [0] };
        const orders = { committed: new Ordered(), prompt: new Ordered(), answers };
        this.#ofLink.set(this.#linkOfRemote.get(event.remote) ?? "", orders);
        this.#ofSocket.set(socket, orders);
        this.#ofConnection.set(event.connection, orders);
        this.#ofRemote.delete(event.remote);
      }
    } else if (event.type === "connection.closed") {
      this.#ofConnection.delete(event.connection);
      return;
    }
    const timestamp = Math.floor(event.at / 1_000);
    for (const send of sends) {
      const orders = this.#ofConnection.get(send.connection);
      orders?.[send.delivery].push(send, timestamp, this.#turn);
      orders?.answers[send.delivery].push(send.inReplyTo);
    }
  }

  socketWritten(socket: SocketId, bytes: Uint8Array): void {
    const orders = this.#ofSocket.get(socket);
    for (let at = 0; at < bytes.length;) {
      const start = at + prefixBytes;
      const end = start + lengthAt(bytes, at);
      if (end > bytes.length) this.#fail("a write is whole frames", `${String(end)} bytes`);
      this.#left(bytes, start, end, orders);
      at = end;
    }
  }

  clientReceived({ link, delivery, sequence, type, inReplyTo }: ClientPacket): void {
    const ordered = this.#ofLink.get(link)?.answers[delivery][sequence];
    if (ordered === undefined || ordered === inReplyTo) return;
    const detail = `type ${String(type)}: ${String(inReplyTo)} instead of ${String(ordered)}`;
    this.#fail("a packet is read as it was written", detail);
  }

  #left(bytes: Uint8Array, start: number, end: number, orders: Orders | undefined): void {
    this.checked += 1;
    const frame = this.#frame;
    const isSound = frame.read(bytes, start, end) === "sound";
    const { type, size, sequence, isCompressed, payloadStart, payloadEnd } = frame;
    if (!isSound || size !== payloadEnd - payloadStart || isCompressed || sequence === 0) {
      this.#fail("every frame that leaves holds a packet", `type ${String(type)}`);
    }
    // What is said to those who never got in was ordered by nobody.
    if (orders === undefined) return;
    // A secret that was lost has an error stand in its place.
    const isError = type === controlPackets.error.type;
    const committed = orders.committed.take(frame, isError);
    const about = `sequence ${String(sequence)}, type ${String(type)}`;
    if (committed === null) {
      if (orders.committed.turn < this.#turn) return;
      this.#fail("what is to be durable does not leave in its own turn", about);
    }
    const prompt = orders.prompt.take(frame, isError);
    if (prompt === null) {
      if (orders.prompt.turn === this.#turn) return;
      this.#fail("what need not be durable leaves in its own turn", about);
    }
    this.#fail(
      "a packet leaves as the realm ordered it, and in that order",
      `${about}; committed: ${committed}; prompt: ${prompt}`,
    );
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
