/** The client library's transport as a peer: what it is told, in the words of the others. */
import type { LinkEvents } from "../../src/client/node.ts";
import type { CloseMode } from "../../src/core/contract.ts";
import { Bytes } from "./arm.ts";
import type { Peer } from "./arm.ts";

/** What `NodeLink` and its twin have in common. */
interface ClientTransport {
  connect(): void;
  write(bytes: Uint8Array): boolean;
  close(mode: CloseMode): void;
}

export class ClientPeer implements Peer {
  readonly received = new Bytes();
  readonly told: (string | number)[] = [];
  readonly pressure: string[] = [];
  opened = false;
  ended = false;
  closed = false;
  code: string | null = null;
  readonly #link: ClientTransport;
  readonly #happened: () => void;

  /** @param happened called for each event */
  constructor(make: (events: LinkEvents) => ClientTransport, happened: () => void) {
    this.#happened = happened;
    this.#link = make({
      opened: () => {
        this.opened = true;
        this.#tell("opened");
      },
      received: (bytes) => {
        this.received.push(bytes);
        this.#tell(bytes.length);
      },
      ended: () => {
        this.ended = true;
        this.#tell("ended");
      },
      closed: (refused) => {
        this.closed = true;
        // The platform's code is in the message, where the transport names it.
        const platformCode = /\(([A-Z_]+)\)$/.exec(refused?.message ?? "")?.[1];
        this.code = refused === null ? null : (platformCode ?? refused.code);
        this.#tell(`closed ${String(refused?.code ?? null)} ${String(this.code)}`);
      },
      writable: () => {
        this.#happened();
        this.pressure.push("writable");
      },
    });
    this.#link.connect();
  }

  write(bytes: Uint8Array): void {
    // A machine writes to no link that is gone.
    if (this.closed) return;
    this.pressure.push(this.#link.write(bytes) ? "room" : "full");
  }

  end(): void {
    this.#close("flush");
  }

  destroy(): void {
    this.#close("reset");
  }

  reset(): void {
    throw new Error("a client's transport has no such order");
  }

  pause(): void {
    throw new Error("a client's transport has no such order");
  }

  resume(): void {
    throw new Error("a client's transport has no such order");
  }

  #close(mode: CloseMode): void {
    this.#link.close(mode);
    this.closed = true;
  }

  #tell(word: string | number): void {
    this.#happened();
    this.told.push(word);
  }
}
