/**
 * Packets that wait for a tick. Sessions take turns: one packet of each per round, so that nobody
 * is served twice while another waits; what a tick's budget does not reach keeps its order and its
 * place in the round.
 *
 * I1. Packets of one session leave in the order in which they came.
 * I2. Between two packets of one session, every session that waited has had one.
 */
import type { PacketType, SessionId } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import type { PlainData } from "../kernel/plain.ts";

/** One waiting packet: the payload as it came, decoded again when its turn comes. */
export interface Waiting {
  readonly session: SessionId;
  readonly type: PacketType;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

export class Inbox {
  /** Insertion order is the round's order: whoever was served moves to the end. */
  #queues = new Map<SessionId, Waiting[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False when the session has as many waiting as it may. */
  add(waiting: Waiting): boolean {
    const queue = this.#queues.get(waiting.session);
    if (queue === undefined) this.#queues.set(waiting.session, [waiting]);
    else if (queue.length >= limits.inboxPerSessionMax) return false;
    else queue.push(waiting);
    this.#size += 1;
    return true;
  }

  /** The packet whose turn it is, or null. */
  take(): Waiting | null {
    for (const [session, queue] of this.#queues) {
      const first = queue.shift();
      this.#queues.delete(session);
      if (first === undefined) continue;
      if (queue.length > 0) this.#queues.set(session, queue);
      this.#size -= 1;
      return first;
    }
    return null;
  }

  /** Forgets what a session that ended left behind. */
  drop(session: SessionId): void {
    this.#size -= this.#queues.get(session)?.length ?? 0;
    this.#queues.delete(session);
  }

  /** Who has something waiting. */
  waiting(): MapIterator<SessionId> {
    return this.#queues.keys();
  }

  checkpoint(): PlainData {
    return Array.from(this.#queues.values(), (queue) =>
      queue.map(({ session, type, sequence, payload }) => [session, type, sequence, payload]),
    );
  }

  static restore(data: PlainData): Inbox {
    const inbox = new Inbox();
    for (const queue of data as readonly (readonly [
      SessionId,
      PacketType,
      number,
      Uint8Array,
    ])[][]) {
      for (const [session, type, sequence, payload] of queue) {
        inbox.add({ session, type, sequence, payload });
      }
    }
    return inbox;
  }
}
