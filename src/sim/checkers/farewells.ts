/**
 * [NET-23] Whoever stops by himself while the server knows him leaves in order, and all that he has
 * said before is heard.
 *
 * 1. He sends what he has written, then closes: he resets nothing.
 * 2. When the server hears that he has said all, it has heard all, unless he had to give up because
 *    it would not read, or bytes were changed on the way, or a record of his was none: what was a
 *    length may be another one.
 */
import type { CloseMode, SocketId } from "../../core/contract.ts";
import type { FaultCounters } from "../faults.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

interface Heard {
  readonly link: string;
  bytes: number;
}

export class FarewellsChecker implements Checker {
  readonly name = "farewells";
  readonly missesReplays = true;
  /** Counts ends of links that were left in order, as the server has heard of them. */
  checked = 0;
  readonly #heard = new Map<SocketId, Heard>();
  readonly #heardOf = new Map<string, Heard>();
  readonly #linkOfRemote = new Map<string, string>();
  readonly #linkOf = new Map<number, string>();
  readonly #faults: Pick<FaultCounters, "corrupted">;
  /** By link that was left in order, what its client has written. */
  readonly #sentBytes = new Map<string, number>();

  constructor(faults: Pick<FaultCounters, "corrupted">) {
    this.#faults = faults;
  }

  socketOpened(socket: SocketId, link: string, remote: string): void {
    const heard = { link, bytes: 0 };
    this.#heard.set(socket, heard);
    this.#heardOf.set(link, heard);
    this.#linkOfRemote.set(remote, link);
  }

  socketReceived(socket: SocketId, bytes: Uint8Array): void {
    const heard = this.#heard.get(socket);
    if (heard !== undefined) heard.bytes += bytes.length;
  }

  socketClosed(socket: SocketId): void {
    this.#heard.delete(socket);
  }

  processEnded(): void {
    this.#heard.clear();
    this.#heardOf.clear();
    this.#linkOf.clear();
    this.#linkOfRemote.clear();
    this.#sentBytes.clear();
  }

  clientStopped(link: string, mode: CloseMode, sentBytes: number): void {
    if (mode !== "flush") this.#fail("whoever stops leaves in order", `link ${link}: ${mode}`);
    if (this.#heardOf.has(link)) this.#sentBytes.set(link, sentBytes);
  }

  clientDiscarded(link: string): void {
    this.#sentBytes.delete(link);
  }

  stepped({ event }: Step): void {
    if (event.type === "connection.opened") {
      const link = this.#linkOfRemote.get(event.remote);
      this.#linkOfRemote.delete(event.remote);
      if (link !== undefined) this.#linkOf.set(event.connection, link);
      return;
    }
    if (event.type !== "connection.ended" && event.type !== "connection.closed") return;
    const link = this.#linkOf.get(event.connection);
    if (link === undefined) return;
    if (event.type === "connection.ended") return this.#ended(link);
    this.#linkOf.delete(event.connection);
    this.#heardOf.delete(link);
    this.#sentBytes.delete(link);
  }

  #ended(link: string): void {
    const sentBytes = this.#sentBytes.get(link);
    const bytes = this.#heardOf.get(link)?.bytes;
    if (sentBytes === undefined || bytes === undefined) return;
    if (this.#faults.corrupted.has(link)) return;
    this.checked += 1;
    if (bytes === sentBytes) return;
    const detail = `link ${link}: ${String(bytes)} of ${String(sentBytes)} bytes`;
    this.#fail("what was said before a stop is heard", detail);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
