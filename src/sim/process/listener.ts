/**
 * The server's listening socket, with what can go wrong at `accept`: the rules are those of
 * `src/io/listener.ts` and of libuv under it.
 *
 * 1. ECONNABORTED: the connection is gone, and the next one has its turn.
 *    Linux hands over what its peer has reset in the queue, and reading it fails, here as there;
 *    other systems say ECONNABORTED. Nobody who serves can tell what he was spared: libuv keeps the
 *    code to itself.
 * 2. EMFILE: libuv gives up the descriptor that it keeps for this, accepts all that waits and
 *    closes it at once.
 * 3. ENFILE, ENOBUFS, ENOMEM: that does not help. The socket is closed, with all that waits in its
 *    queue, and opened again after a moment. Real ones are had only where a whole machine runs out,
 *    so what is compared with the platform is `src/io/listener.ts` alone
 *    (`test/unit/io/listener.test.ts`), and 1 and 2 in `test/conformance/vain.test.ts`.
 */
import type { Decisions } from "../decisions.ts";
import type { FaultCounters } from "../faults.ts";
import type { Acceptor, Arrival, ListeningSocket, Machine } from "../network/network.ts";
import type { Scheduler } from "../scheduler.ts";

export interface ListenerParts {
  readonly scheduler: Pick<Scheduler, "after">;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly machine: Machine;
  readonly backlog: number;
  /** Of each connection that is to be accepted; none when left out. */
  readonly acceptFailedPerMillion?: number;
}

/** As `src/io/listener.ts` waits. */
const reopenMicros = 100_000;

export class Listener {
  readonly #parts: ListenerParts;
  readonly #acceptor: Acceptor;
  #socket: ListeningSocket | null = null;
  #isStopped = false;

  constructor(parts: ListenerParts, acceptor: Acceptor) {
    this.#parts = parts;
    this.#acceptor = acceptor;
  }

  /** False when the port is taken. */
  listen(): boolean {
    const { machine, backlog } = this.#parts;
    this.#socket = machine.listen(backlog, this.#acceptor);
    return this.#socket !== null;
  }

  /** Does nothing when it does not listen. */
  stop(): void {
    this.#isStopped = true;
    if (this.#socket !== null) this.#parts.machine.stopListening();
    this.#socket = null;
  }

  /** The next connection; null when there is none any more. */
  accept(): Arrival | null {
    const arrival = this.#socket?.accept() ?? null;
    if (arrival === null) return null;
    const { decisions, faults, acceptFailedPerMillion = 0 } = this.#parts;
    const { name, server } = arrival.link;
    const what = decisions.subject(`process/accept/${name}`).seldom(acceptFailedPerMillion, 4);
    switch (what) {
      case 1:
        faults.hit("network.accept-aborted", name);
        arrival.link.reset();
        return null;
      case 2:
        faults.hit("network.accept-shed", name);
        server.close();
        this.#shed();
        return null;
      case 3:
        faults.hit("network.accept-failed", name);
        server.abort();
        this.#pause();
        return null;
      default:
        return arrival;
    }
  }

  #shed(): void {
    for (let next = this.#socket?.accept() ?? null; next !== null;) {
      next.link.server.close();
      next = this.#socket?.accept() ?? null;
    }
  }

  #pause(): void {
    const { scheduler, machine } = this.#parts;
    const { ends } = machine;
    machine.stopListening();
    this.#socket = null;
    scheduler.after(reopenMicros, () => {
      // The process may have ended meanwhile, and another one may listen.
      if (!this.#isStopped && machine.ends === ends) this.listen();
    });
  }
}
