/**
 * Crowds: many connections that come to a server at once and mean nothing by it. Each says a hello
 * of TLS, where there is TLS, or nothing at all, and leaves some time later in one of the ways that
 * there are.
 */
import { invariant } from "../../core/kernel/assert.ts";
import type { FaultCounters } from "../faults.ts";
import type { Machine, Network } from "../network/network.ts";
import type { Link } from "../network/link.ts";
import { clientHello } from "../network/tls.ts";
import type { Crowd } from "../network/weather.ts";
import type { Scheduler } from "../scheduler.ts";

export interface CrowdParts {
  readonly scheduler: Scheduler;
  readonly faults: FaultCounters;
  readonly network: Network;
  readonly machines: readonly Machine[];
  readonly security: "tls" | "plain";
}

/** They come within this, in equal steps. */
const rushMicros = 2_000;

export class Crowds {
  readonly #parts: CrowdParts;
  /** What those do who are there, or on their way, when they leave. */
  readonly #leavings = new Set<() => void>();
  #isDispersed = false;

  constructor(parts: CrowdParts) {
    this.#parts = parts;
  }

  /** @param index counts the crowds of a run: part of the links' names */
  come({ server, connections, saysHello, forMicros }: Crowd, index: number): void {
    const { scheduler, faults, machines, security, network } = this.#parts;
    // A plan may send one to a server that the run does not have.
    const target = machines.find(({ name }) => name === server);
    if (target === undefined) return;
    const shakesHands = saysHello && security === "tls";
    faults.hit(shakesHands ? "tls.flood" : "network.flood");
    for (let place = 0; place < connections; place += 1) {
      const name = `crowd-${String(index)}.${String(place + 1)}`;
      const remote = `10.200.${String(index)}.${String(place & 0xff)}:${String(20_000 + place)}`;
      scheduler.after(Math.floor((rushMicros * place) / connections), () => {
        if (this.#isDispersed) return;
        const giveUp = network.connect(
          { name, remote, host: `crowd/${String(index)}`, target },
          {
            connected: (link) => {
              if (shakesHands) this.#say(link);
              this.#leaveAfter(forMicros, () => leave(link, place));
            },
            failed: () => undefined,
          },
        );
        this.#leaveAfter(forMicros, giveUp);
      });
    }
  }

  /** Faults have stopped: all leave now, and who has not set out stays away. */
  disperse(): void {
    this.#isDispersed = true;
    for (const leaving of this.#leavings) leaving();
    this.#leavings.clear();
  }

  #leaveAfter(micros: number, leaving: () => void): void {
    this.#leavings.add(leaving);
    this.#parts.scheduler.after(micros, () => {
      if (this.#leavings.delete(leaving)) leaving();
    });
  }

  #say(link: Link): void {
    const sent = link.client.send(clientHello());
    invariant(sent !== 0, "a window has room for something");
  }
}

/** In order, by a reset, or without a word. */
function leave(link: Link, place: number): void {
  if (place % 3 === 0) link.cut();
  if (place % 3 === 1) link.client.abort();
  else link.client.close();
}
