/**
 * Bugs in the client: what it says of its link, when it says something, and how it leaves. Each
 * must be found, and by the checker whose rule it breaks.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import type * as links from "../../../src/client/link.ts";
import type * as machines from "../../../src/client/machine.ts";
import type { Micros } from "../../../src/core/kernel/ids.ts";
import { ClientLink } from "../../../src/sim/clients/link.ts";
import { firstFound } from "../../support/first-found.ts";
import type { PartialOptions, ScenarioName } from "../../../src/sim/index.ts";

type Machine = machines.ClientMachine;

/** What is planted into every machine that is made. */
const planted = vi.hoisted(() => ({
  heard: null as ((machine: Machine, before: number | null) => void) | null,
  closesBy: null as "reset" | null,
  /** When a heartbeat is due, from when something was last said and heard. */
  beatsFrom: null as ((said: number, heard: number) => number) | null,
}));

vi.mock("../../../src/client/machine.ts", async (load) => {
  const real = await load<typeof machines>();
  class ClientMachine extends real.ClientMachine {
    constructor(...[options, outbox, routes]: ConstructorParameters<typeof real.ClientMachine>) {
      const close: typeof outbox.close = (mode) => outbox.close(planted.closesBy ?? mode);
      super(options, { ...outbox, close }, routes);
    }

    override received(...given: Parameters<Machine["received"]>): void {
      const before = this.roundTripMicros;
      super.received(...given);
      planted.heard?.(this, before);
    }
  }
  return { ...real, ClientMachine };
});

vi.mock("../../../src/client/link.ts", async (load) => {
  const real = await load<typeof links>();
  class Link extends real.Link {
    readonly #intervalMs: number;
    #saidAt: number;
    #heardAt: number;

    constructor(...[options, at]: ConstructorParameters<typeof real.Link>) {
      super(options, at);
      this.#intervalMs = options.heartbeatIntervalMs;
      this.#saidAt = this.#heardAt = at;
    }

    override frame(...given: Parameters<links.Link["frame"]>): Uint8Array {
      const [, , at] = given;
      this.#saidAt = at;
      return super.frame(...given);
    }

    override receive(...given: Parameters<links.Link["receive"]>): void {
      const [, at] = given;
      this.#heardAt = at;
      super.receive(...given);
    }

    override beatDueAt(): Micros {
      if (planted.beatsFrom === null) return super.beatDueAt();
      const quietSince = planted.beatsFrom(this.#saidAt, this.#heardAt);
      return real.later(Math.max(quietSince, this.beatAt) as Micros, this.#intervalMs);
    }
  }
  return { ...real, Link };
});

afterEach(() => {
  vi.restoreAllMocks();
  planted.heard = null;
  planted.closesBy = null;
  planted.beatsFrom = null;
});

/** What is found first, `checker: rule`. */
const found = (scenario: ScenarioName, fixed: PartialOptions = {}): string =>
  firstFound(fixed, { scenario, seeds: 20 });

describe.each(["echo", "players"] as const)("of clients in %s the simulator finds", (scenario) => {
  const lastBeat = "round-trips: a client's round trip is that of its last heartbeat";

  it("[NET-23] a round trip that is halved", () => {
    planted.heard = (machine, before) => {
      const { roundTripMicros: after } = machine;
      if (after !== before && after !== null) machine.roundTripMicros = Math.floor(after / 2);
    };
    expect(found(scenario)).toBe(lastBeat);
  });

  it("[NET-23] a round trip that is the first one's for good", () => {
    planted.heard = (machine, before) => {
      machine.roundTripMicros = before ?? machine.roundTripMicros;
    };
    expect(found(scenario)).toBe(lastBeat);
  });

  it("[NET-23] a client that resets its link when it stops", () => {
    planted.closesBy = "reset";
    expect(found(scenario)).toBe("farewells: whoever stops leaves in order");
  });

  it.each([
    ["while it hears something", (_said: number, heard: number) => heard],
    ["for too long, whatever it hears", (said: number) => said + 500_000],
  ])("[NET-23] a client that says nothing %s", (_what, beatsFrom) => {
    planted.beatsFrom = beatsFrom;
    const rule = "a client that is ready says something in each interval of its heartbeats";
    expect(found(scenario)).toBe(`client-silence: ${rule}`);
  });
});

it("[NET-23] the simulator finds a client that stops and does not wait for what it has said", () => {
  const close = Reflect.get(ClientLink.prototype, "close");
  vi.spyOn(ClientLink.prototype, "close").mockImplementation(function (this: ClientLink) {
    close.call(this, "reset");
  });
  const busy: PartialOptions = {
    network: { slowPathPerMillion: 1_000_000, slowPathBytes: 20_000, sendBufferBytes: 4_096 },
    workload: { thinkMicros: 30_000, payloadBytesMax: 5_000, stayMaxMicros: 1_000_000, clients: 6 },
    server: { security: "plain" },
  };
  expect(found("echo", busy)).toBe("farewells: what was said before a stop is heard");
});
