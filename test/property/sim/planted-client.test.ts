/**
 * Bugs in the client: what it says of its link, and how it leaves. Each must be found, and by the
 * checker whose rule it breaks.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import type * as machines from "../../../src/client/machine.ts";
import { ClientLink } from "../../../src/sim/clients/link.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions, ScenarioName } from "../../../src/sim/index.ts";

type Machine = machines.ClientMachine;

/** What is planted into every machine that is made. */
const planted = vi.hoisted(() => ({
  heard: null as ((machine: Machine, before: number | null) => void) | null,
  closesBy: null as "reset" | null,
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

afterEach(() => {
  vi.restoreAllMocks();
  planted.heard = null;
  planted.closesBy = null;
});

/** What is found first, `checker: rule`. */
function found(scenario: ScenarioName, fixed: PartialOptions = {}): string {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { failure } = simulate({ seed, scenario, fixed, twice: false });
    if (failure !== null) return `${failure.checker}: ${failure.rule}`;
  }
  throw new Error("no seed has failed");
}

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
