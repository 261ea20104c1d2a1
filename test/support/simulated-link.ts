/** Two programs and one simulated link between them, for tests of the network alone. */
import { Decisions } from "../../src/sim/decisions.ts";
import type { Decision } from "../../src/sim/decisions.ts";
import { FaultCounters } from "../../src/sim/faults.ts";
import { IoLoop } from "../../src/sim/loop.ts";
import { Stream } from "../../src/sim/network/stream.ts";
import { Link } from "../../src/sim/network/link.ts";
import type { SecureOptions } from "../../src/sim/network/tls.ts";
import { calmOptions } from "../../src/sim/options.ts";
import type { NetworkOptions } from "../../src/sim/options.ts";
import { Scheduler } from "../../src/sim/scheduler.ts";

export interface LinkSetup {
  readonly seed?: number;
  readonly plan?: Readonly<Record<string, Decision>>;
  readonly network?: Partial<NetworkOptions>;
  readonly secure?: boolean;
  readonly clientFault?: SecureOptions["fault"];
  readonly serverFault?: SecureOptions["fault"];
  /** The client's records; as large as may be when left out. */
  readonly recordBytes?: number;
}

/** One program: its stream and what it was told, as words. */
export class Party {
  readonly told: string[] = [];
  readonly bytes: number[] = [];
  /** Lengths of the chunks that came. */
  readonly reads: number[] = [];
  stream: Stream | null = null;

  get socket(): Stream {
    if (this.stream === null) throw new Error("the party has no stream yet");
    return this.stream;
  }
}

export class Pair {
  readonly scheduler = new Scheduler();
  readonly faults = new FaultCounters();
  readonly link: Link;
  readonly client = new Party();
  readonly server = new Party();

  constructor(setup: LinkSetup = {}) {
    const { seed = 1, plan, network, secure = false, recordBytes } = setup;
    const { clientFault = null, serverFault = null } = setup;
    const { scheduler, faults } = this;
    const decisions =
      plan === undefined
        ? Decisions.drawn(seed, false)
        : Decisions.planned(new Map(Object.entries(plan)));
    const options = { ...calmOptions.network, ...network };
    this.link = new Link({ scheduler, decisions, faults, options }, "1.1");
    this.#open(this.server, "server", secure ? { role: "server", fault: serverFault } : null);
    const records = recordBytes === undefined ? {} : { recordBytes };
    this.#open(
      this.client,
      "client",
      secure ? { role: "client", fault: clientFault, ...records } : null,
    );
  }

  /** Lets so much simulated time pass. */
  pass(micros = 1_000_000): void {
    this.scheduler.runUntil(this.scheduler.nowMicros + micros);
  }

  #open(
    party: Party,
    end: "client" | "server",
    secure: Omit<SecureOptions, "computeMicros"> | null,
  ): void {
    const { scheduler } = this;
    const loop = new IoLoop(
      scheduler,
      () => 10,
      () => undefined,
    );
    party.stream = new Stream(
      {
        scheduler,
        loop,
        endpoint: this.link[end],
        secure: secure === null ? null : { ...secure, computeMicros: 650 },
        allowHalfOpen: true,
      },
      {
        data: (bytes) => {
          party.reads.push(bytes.length);
          party.bytes.push(...bytes);
        },
        end: () => party.told.push("end"),
        close: (code) => party.told.push(`close ${String(code)}`),
        written: (unsent) => party.told.push(`written ${String(unsent)}`),
        secured: () => party.told.push("secured"),
        insecure: (reason) => party.told.push(`insecure ${reason}`),
      },
    ).open();
  }
}

/** `count` bytes that tell where they belong. */
export const numbered = (count: number, from = 0): Uint8Array =>
  Uint8Array.from({ length: count }, (_, index) => (from + index) % 251);
