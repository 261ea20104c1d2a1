/**
 * The register of sessions with many in it: how long it takes to open and to close one more.
 *
 *     node bench/sessions.ts [--sessions 100000] [--rounds 20]
 *
 * Prints microseconds of CPU time for one opening and its closing: of the register alone, and of
 * whole steps of a realm with the built-in features, timers and log lines included. Each is the
 * median of the rounds. The same with one session shows what memory costs: a walk over all of them
 * would be a thousand times that.
 */
import { parseArgs } from "node:util";
import type { Outbox } from "../src/core/contract.ts";
import { builtinFeatures } from "../src/core/features/index.ts";
import { connectionId, incarnation, micros } from "../src/core/kernel/ids.ts";
import type { PlainData } from "../src/core/kernel/plain.ts";
import { createRealm, realmConfig } from "../src/core/realm/index.ts";
import { Sessions } from "../src/core/realm/sessions.ts";
import { median } from "./measure.ts";

export interface SessionsLoad {
  /** Already open while one more comes and goes. */
  readonly sessions: number;
  readonly rounds: number;
}

export interface SessionsResult {
  /** Of the register alone, with so many sessions and with one, microseconds. */
  readonly registerMicros: number;
  readonly registerAloneMicros: number;
  /** Of `connection.opened` and `connection.closed` as steps of the realm, likewise. */
  readonly stepsMicros: number;
  readonly stepsAloneMicros: number;
}

/** In one round; enough for the clock, few beside those that are open. */
const cyclesPerRound = 2_000;
const at = micros(1_790_000_000_000_000);

/** Something in which sessions can be opened, and closed in any order. */
interface Register {
  open(connection: number): void;
  close(connection: number): void;
}

function bareRegister(): Register {
  const sessions = new Sessions();
  return {
    open(connection) {
      const id = connectionId(connection);
      sessions.open({ connection: id, remote: "192.0.2.1:1", security: "tls", at });
    },
    close(connection) {
      const session = sessions.ofConnection(connectionId(connection));
      if (session === undefined) throw new Error("bench: a session is lost");
      sessions.advance(session, "connection.closed");
      sessions.remove(session);
    },
  };
}

const ignoring: Outbox = {
  payload: () => 0 as never,
  send: () => undefined,
  close: () => undefined,
  call: () => undefined,
  log: () => undefined,
  count: () => undefined,
};

function steppedRealm(): Register {
  const machine = createRealm({ features: builtinFeatures }).create();
  const config = { ...realmConfig() } as unknown as PlainData;
  const start = { type: "server.started", at, incarnation: incarnation(1) } as const;
  machine.step({ ...start, seed: [1, 2, 3, 4], config }, ignoring);
  return {
    open(connection) {
      const opened = {
        type: "connection.opened",
        at,
        connection: connectionId(connection),
      } as const;
      machine.step({ ...opened, remote: "192.0.2.1:1", security: "tls" }, ignoring);
    },
    close(connection) {
      const closed = {
        type: "connection.closed",
        at,
        connection: connectionId(connection),
      } as const;
      machine.step({ ...closed, reason: "peer" }, ignoring);
    },
  };
}

/** Microseconds for one opening and its closing while `sessions` are open. */
function measure(register: Register, { sessions, rounds }: SessionsLoad): number {
  for (let connection = 0; connection < sessions; connection += 1) register.open(connection);
  let next = sessions;
  // Who has been there longest goes, so that none is found by luck.
  let oldest = 0;
  const round = (): number => {
    const from = process.cpuUsage();
    for (let cycle = 0; cycle < cyclesPerRound; cycle += 1) {
      register.open(next++);
      register.close(oldest++);
    }
    const { user, system } = process.cpuUsage(from);
    return (user + system) / cyclesPerRound;
  };
  // The first rounds are the compiler's.
  for (let warm = 0; warm < 5; warm += 1) round();
  return median(Array.from({ length: rounds }, round));
}

/** Takes a second or two. */
export function measureSessions(
  load: SessionsLoad = { sessions: 100_000, rounds: 20 },
): SessionsResult {
  const alone = { ...load, sessions: 1 };
  return {
    registerMicros: measure(bareRegister(), load),
    registerAloneMicros: measure(bareRegister(), alone),
    stepsMicros: measure(steppedRealm(), load),
    stepsAloneMicros: measure(steppedRealm(), alone),
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      sessions: { type: "string", default: "100000" },
      rounds: { type: "string", default: "20" },
    },
  });
  const load = { sessions: Number(values.sessions), rounds: Number(values.rounds) };
  process.stdout.write(`${JSON.stringify({ ...load, ...measureSessions(load) })}\n`);
}
