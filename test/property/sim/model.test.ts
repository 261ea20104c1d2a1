/**
 * fast-check drives the simulator: properties over seeds and faults, and commands to a simulated
 * server with a small model beside it. Both shrink, and both are repeated by `{ seed, path }`.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { LiveSimulation, simulate, SimulationBroken } from "../../../src/sim/index.ts";
import { anyFaults, anySeed, gotBy, modelRun, playerNamed } from "../../support/simulated.ts";
import { overriding, overStep, sabotaged } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

// ---------------------------------------------------------------- properties

describe("a property over seeds and faults", () => {
  it("[JRN-05] holds of the server as it is", () => {
    fc.assert(
      fc.property(anySeed, anyFaults, (seed, faults) => {
        const fixed = { ...faults, seconds: 3 };
        expect(simulate({ seed, fixed, twice: false }).failure?.message ?? null).toBeNull();
      }),
      { numRuns: 10 },
    );
  });

  it("[TST-13] that fails is repeated by its seed and path, with the faults that it takes", () => {
    const broken = fc.property(anySeed, anyFaults, (seed, faults) => {
      const fixed = { ...faults, seconds: 3 };
      return simulate({ seed, fixed, twice: false }).faults["process.crash"] === 0;
    });
    const first = fc.check(broken, { seed: 11, numRuns: 100 });
    expect(first.failed).toBe(true);
    const { seed, counterexamplePath: path } = first;
    const again = fc.check(broken, { seed, path: path ?? "", endOnFailure: true });
    expect(again.counterexample).toEqual(first.counterexample);
    expect(again.numRuns).toBe(1);
    // Nothing but the crash is left of the faults that were fixed.
    const [, faults] = first.counterexample ?? [];
    expect(faults?.network ?? {}).toEqual({});
    expect(faults?.disk ?? {}).toEqual({});
  });
});

// ---------------------------------------------------------------- echoes

/** Who is there, and how many of his echoes have come back since he came. */
interface EchoModel {
  readonly there: Set<string>;
  readonly asked: Map<string, number>;
}
type EchoCommand = fc.Command<EchoModel, LiveSimulation>;

const names = ["1", "2", "3"] as const;
const name = fc.constantFrom(...names);
/** Connected, greeted and answered by then, where nothing goes wrong. */
const enough = 2;

const echoModel = (): EchoModel => ({ there: new Set(), asked: new Map() });

/** What is so after each command, and is it so? */
function expectEchoes(model: EchoModel, live: LiveSimulation): void {
  for (const client of names) {
    const { state, pending } = live.player(client);
    expect(state).toBe(model.there.has(client) ? "ready" : state === "idle" ? "idle" : "stopped");
    expect(pending).toBe(0);
    expect(gotBy(live, client, "echo.echo")).toHaveLength(model.asked.get(client) ?? 0);
  }
}

const command = (
  title: string,
  {
    may,
    does,
  }: {
    readonly may: (model: EchoModel) => boolean;
    readonly does: (model: EchoModel, live: LiveSimulation) => void;
  },
): EchoCommand => ({
  check: (model) => may(model),
  run: (model, live) => {
    does(model, live);
    live.pass(enough);
    expectEchoes(model, live);
  },
  toString: () => title,
});

const comes = (client: string): EchoCommand =>
  command(`${client} comes`, {
    may: ({ there }) => !there.has(client),
    does: ({ there }, live) => {
      live.act(client, { type: "start" });
      there.add(client);
    },
  });

const leaves = (client: string): EchoCommand =>
  command(`${client} leaves`, {
    may: ({ there }) => there.has(client),
    does: ({ there }, live) => {
      live.act(client, { type: "stop" });
      there.delete(client);
    },
  });

const asks = (client: string, bytes: number): EchoCommand =>
  command(`${client} asks for ${String(bytes)} bytes`, {
    may: ({ there }) => there.has(client),
    does: ({ asked }, live) => {
      live.act(client, { type: "echo", prompt: false, bytes });
      asked.set(client, (asked.get(client) ?? 0) + 1);
    },
  });

const isReset = (client: string): EchoCommand =>
  command(`the link of ${client} is reset`, {
    may: ({ there }) => there.has(client),
    // It comes back by itself.
    does: (_model, live) => {
      live.act(client, { type: "reset" });
      live.pass(4);
    },
  });

const echoCommands = (replayPath: string | null) =>
  fc.commands(
    [
      name.map(comes),
      name.map(leaves),
      name.map(isReset),
      fc.tuple(name, fc.nat({ max: 300 })).map(([client, bytes]) => asks(client, bytes)),
    ],
    { maxCommands: 25, ...(replayPath === null ? {} : { replayPath }) },
  );

/** @param replayPath which of the commands were run, as a counterexample says */
const echoProperty = (make: (() => Sabotage) | null = null, replayPath: string | null = null) =>
  fc.property(echoCommands(replayPath), (commands) => {
    const host = make === null ? {} : { host: sabotaged(make()) };
    modelRun(() => {
      const clients = names.map(playerNamed);
      const real = new LiveSimulation({ clients, seed: 1, ...host });
      return { model: echoModel(), real };
    }, commands);
  });

/** Whoever comes third is answered with nothing, and no checker knows what he asked for. */
const dumb = (): Sabotage => {
  const seen = new Set<unknown>();
  return {
    realm: (machine) =>
      overStep(machine, (event, outbox, go) => {
        if (event.type === "connection.opened") seen.add(event.connection);
        const isThird = "connection" in event && [...seen].indexOf(event.connection) === 2;
        const isEcho = event.type === "packet.received";
        if (!isThird || !isEcho) return go(event, outbox);
        const silent = new Set<number>();
        go(
          event,
          overriding(outbox, {
            payload: (type, bytes, start, end) => {
              const payload = outbox.payload(type, bytes, start, end);
              if (type === echoContract.entries.echo.replyType) silent.add(payload);
              return payload;
            },
            send: (connection, payload, ...rest) => {
              if (!silent.has(payload)) outbox.send(connection, payload, ...rest);
            },
          }),
        );
      }),
  };
};

describe("a simulated server beside its model", () => {
  it("[SES-01] answers whoever is there, and nobody else", () => {
    fc.assert(echoProperty(), { numRuns: 20 });
  });

  it("[TST-13] shows a bug in as few commands as it takes, repeated by seed and path", () => {
    const first = fc.check(echoProperty(dumb), { seed: 3, numRuns: 60 });
    expect(first.failed).toBe(true);
    const [shown = "", replayPath = ""] = String(first.counterexample?.[0]).split(/ ?\/\*|\*\//);
    const said = shown.split(",");
    // Three must have come, however often, and the last one asks.
    expect(said).toHaveLength(4);
    expect(said.at(-1)).toMatch(/asks for 0 bytes/);
    const { seed, counterexamplePath: path } = first;
    const [, ran = ""] = /replayPath="(.*)"/.exec(replayPath) ?? [];
    const again = fc.check(echoProperty(dumb, ran), {
      seed,
      path: path ?? "",
      endOnFailure: true,
    });
    expect([again.failed, again.numRuns]).toEqual([true, 1]);
    expect(String(again.counterexample?.[0])).toContain(shown);
  });
});

// ---------------------------------------------------------------- plans of what was done by hand

describe("what is done by hand", () => {
  it("[TST-13] is a plan that goes the same way", () => {
    fc.assert(
      fc.property(anySeed, anyFaults, fc.array(name, { maxLength: 12 }), (seed, faults, who) => {
        const clients = names.map(playerNamed);
        const live = new LiveSimulation({ clients, seed, options: { ...faults, seconds: 6 } });
        for (const client of names) live.act(client, { type: "start" });
        for (const client of who) {
          live.act(client, { type: "echo", prompt: true, bytes: 10 });
          live.pass(0.4);
        }
        live.end();
        const echoes: number[] = [];
        const answered = { name: "answered", checked: 0, echoed: () => void echoes.push(1) };
        const { failure, plan } = simulate({
          plan: live.plan(),
          checkers: () => [answered],
          twice: false,
          keepPlan: true,
        });
        expect(failure?.message ?? null).toBeNull();
        expect(echoes).toHaveLength(live.received.filter(isPromptEcho).length);
        expect(plan).toEqual(live.plan());
      }),
      { numRuns: 10 },
    );
  });

  it("fails with a plan that fails alike, when a checker finds something", () => {
    const host = () => sabotaged({ variation: { host: { durability: "written" } } });
    const options = { process: { endsMax: 4, restartMaxMicros: 100_000 } };
    const clients = [playerNamed("1")];
    const broken: SimulationBroken[] = [];
    for (let seed = 1; seed <= 40 && broken.length === 0; seed += 1) {
      const live = new LiveSimulation({ clients, seed, options, host: host() });
      try {
        live.act("1", { type: "start" });
        for (let asked = 0; asked < 60; asked += 1) {
          live.pass(0.1);
          live.act("1", { type: "echo", prompt: false, bytes: 5 });
        }
        live.end();
      } catch (error) {
        if (!(error instanceof SimulationBroken)) throw error;
        broken.push(error);
      }
    }
    const [found] = broken;
    expect(found?.failure.checker).toBe("durability");
    const again = simulate({ plan: found?.failure.plan as never, host: host(), twice: false });
    expect(again.failure?.fingerprint).toBe(found?.failure.fingerprint);
    expect(again.failure?.atMicros).toBe(found?.failure.atMicros);
  });
});

const isPromptEcho = ({ packet }: { readonly packet: string }): boolean =>
  packet === "echo.promptEcho";
