/**
 * [NET-23] A client that is ready orders a packet in each interval of its heartbeats, however much
 * it hears: its server ends whoever says nothing. What has become of its packets does not matter.
 */
import { CheckFailure } from "./checker.ts";
import type { Checker } from "./checker.ts";

/** A timer of the platform is up to a millisecond late. */
const lateMicros = 1_000;

/** What a client has said on a link. */
interface Said {
  lastAtMicros: number;
  /** Before its server has greeted it, it has nothing to say. */
  isReady: boolean;
}

export class ClientSilenceChecker implements Checker {
  readonly name = "client-silence";
  /** Counts packets of clients that were ready. */
  checked = 0;
  readonly #intervalMicros: number;
  readonly #nowMicros: () => number;
  readonly #links = new Map<string, Said>();

  /** @param intervalMs between two heartbeats of a client */
  constructor(intervalMs: number, nowMicros: () => number) {
    this.#intervalMicros = intervalMs * 1_000;
    this.#nowMicros = nowMicros;
  }

  clientOrdered(link: string): void {
    const said = this.#links.get(link);
    const lastAtMicros = this.#nowMicros();
    if (said === undefined) return void this.#links.set(link, { lastAtMicros, isReady: false });
    if (said.isReady) {
      this.checked += 1;
      this.#judge(link, said);
    }
    said.lastAtMicros = lastAtMicros;
  }

  /** Comes with the greeting first, and with whatever is heard after it. */
  clientMeasured(link: string): void {
    const said = this.#links.get(link);
    if (said === undefined) return;
    if (said.isReady) return this.#judge(link, said);
    said.isReady = true;
    said.lastAtMicros = this.#nowMicros();
  }

  #judge(link: string, { lastAtMicros }: Said): void {
    const silentMicros = this.#nowMicros() - lastAtMicros;
    if (silentMicros <= this.#intervalMicros + lateMicros) return;
    throw new CheckFailure(
      this.name,
      "a client that is ready says something in each interval of its heartbeats",
      `link ${link}: nothing for ${String(silentMicros)} us`,
    );
  }
}
