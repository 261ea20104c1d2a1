/**
 * Bugs to plant in any server, each in a host that is otherwise the production one. What a bug
 * counts it counts from when it was made, over all runs that it is given to.
 */
import { echoContract, heartbeatContract } from "../../../src/core/features/contracts.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { defineFeature } from "../../../src/core/realm/index.ts";
import type { Feature } from "../../../src/core/realm/index.ts";
import { overProducers, overriding, overStep } from "../sabotage.ts";
import type { Sabotage } from "../sabotage.ts";

/** The built-in features, with one in the place of the one of its name. */
const replacing = (feature: Feature): Sabotage => ({
  features: [...builtinFeatures.filter(({ name }) => name !== feature.name), feature],
});

/** A table keeps a session that is gone, against its own invariant. */
export const leakyTable = (): Sabotage =>
  replacing(
    defineFeature({
      contract: echoContract,
      version: 1,
      state: () => ({ seen: new Set<number>() }),
    }).implement({
      packets: {
        echo: { states: ["connected"], handle: (ctx, bytes) => ctx.reply({ bytes }) },
        promptEcho: { states: ["connected"], handle: (ctx, bytes) => ctx.reply({ bytes }) },
      },
      sessions: { opened: (ctx) => void ctx.state.seen.add(ctx.session.id) },
      invariants: {
        "nobody is remembered": (state, _timers, sessions) =>
          [...state.seen].every((id) => sessions.has(id as never)),
      },
    }),
  );

/** One write of so many takes nothing, and says that nothing was to be taken. */
export const skippedWrites = (every: number): Sabotage => {
  let writes = 0;
  return {
    syscalls: (syscalls) =>
      overriding(syscalls, {
        write: (socket, bytes) => ((writes += 1) % every === 0 ? 0 : syscalls.write(socket, bytes)),
      }),
  };
};

/** The second end of a connection is never told. */
export const untoldEnd = (): Sabotage => {
  let closes = 0;
  return {
    machine: (machine) =>
      overStep(machine, (event, outbox, go) => {
        if (event.type !== "connection.closed" || (closes += 1) !== 2) go(event, outbox);
      }),
  };
};

/** A disk says synced and is not. */
export const lyingSync = (): Sabotage => ({
  syscalls: (syscalls) =>
    overriding(syscalls, {
      file: (request, operation) =>
        operation.type === "sync"
          ? syscalls.file(request, { type: "list", folder: "." })
          : syscalls.file(request, operation),
    }),
});

/** A feature remembers outside of its state. */
export const forgetfulFeature = (): Sabotage => {
  let beats = 0;
  return replacing(
    defineFeature({ contract: heartbeatContract, version: 1, state: () => ({}) }).implement({
      packets: {
        beat: {
          states: ["connected"],
          handle: (ctx) => ctx.reply({ serverTimestamp: (beats += 1), latencyMs: 0 }),
        },
      },
    }),
  );
};

/** A failed handshake is not counted. */
export const uncountedHandshakes = (): Sabotage => ({
  port: (port) => overProducers(port, () => ({ handshakeFailed: () => undefined })),
});

/** An answer has the bytes of the one before, where that was another session's. */
export const foreignBytes = (): Sabotage => {
  let last: { readonly bytes: Uint8Array; readonly of: number } | null = null;
  return {
    machine: (machine) =>
      overStep(machine, (event, outbox, go) => {
        const mixed = overriding(outbox, {
          payload: (type, bytes, start, end) => {
            if (type !== echoContract.entries.echo.replyType) {
              return outbox.payload(type, bytes, start, end);
            }
            const of = "connection" in event ? Number(event.connection) : 0;
            const own = bytes.slice(start, end);
            const given = last !== null && last.of !== of ? last.bytes : own;
            last = { bytes: own, of };
            return outbox.payload(type, given);
          },
        });
        go(event, mixed);
      }),
  };
};

/** The host throws in every fiftieth turn. */
export const throwingHost = (): Sabotage => {
  let turns = 0;
  return {
    port: (port) =>
      overriding(port, {
        turn: () => {
          if ((turns += 1) % 50 === 0) throw new TypeError("x is not a function");
          port.turn();
        },
      }),
  };
};

/** Every second start listens to nobody. */
export const deafServer = (): Sabotage => {
  let listens = 0;
  return {
    syscalls: (syscalls) =>
      overriding(syscalls, {
        listen: () => {
          if ((listens += 1) % 2 === 1) syscalls.listen();
        },
      }),
  };
};

/** Turns are missed, in a second run other ones than in the first. */
export const missedTurns = (): Sabotage => {
  let turns = 0;
  return {
    port: (port) =>
      overriding(port, {
        turn: () => {
          if ((turns += 1) % 101 !== 0) port.turn();
        },
      }),
  };
};
