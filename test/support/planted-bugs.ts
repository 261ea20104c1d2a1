/**
 * Planted bugs to be shrunk: each is made anew for every run, so that what it counts it counts from
 * the start. `test/property/sim/planted*.test.ts` has more, to prove the checkers.
 */
import type { CallResult, HostPort, Outbox, Syscalls } from "../../src/core/contract.ts";
import {
  echoContract,
  heartbeatContract,
  worldContract,
} from "../../src/core/features/contracts.ts";
import { builtinFeatures } from "../../src/core/features/index.ts";
import type { CallId, ConnectionId } from "../../src/core/kernel/ids.ts";
import type { PlainData } from "../../src/core/kernel/plain.ts";
import { defineFeature } from "../../src/core/realm/index.ts";
import { decodePayload, encodePayload } from "../../src/core/wire/index.ts";
import type { Decoded } from "../../src/core/wire/index.ts";
import type { PartialOptions, ScenarioName } from "../../src/sim/index.ts";
import { overProducers, overriding, overStep } from "./sabotage.ts";
import type { Sabotage } from "./sabotage.ts";

export interface PlantedBug {
  readonly name: string;
  readonly scenario: ScenarioName;
  /** Over what the seeds draw, so that one of the first seeds finds it. */
  readonly fixed: PartialOptions;
  readonly make: () => Sabotage;
  /** Only a second run shows it. */
  readonly needsTwice: boolean;
}

/** Bugs that make two runs of one plan differ. */
const needTwice = [
  "a feature remembers outside of its state",
  "a run does not go the same way twice",
];

const { update } = worldContract.entries;
type Update = Decoded<typeof update.message>;
type Records = Update["updates"];

const echoBug = (name: string, fixed: PartialOptions, make: () => Sabotage): PlantedBug => ({
  name,
  scenario: "echo",
  fixed,
  make,
  needsTwice: needTwice.includes(name),
});
const playersBug = (name: string, fixed: PartialOptions, make: () => Sabotage): PlantedBug => ({
  name,
  scenario: "players",
  fixed,
  make,
  needsTwice: needTwice.includes(name),
});

const without = (name: string) => builtinFeatures.filter((feature) => feature.name !== name);

const cheating: PartialOptions = { players: { cheatPerMillion: 1_000_000 } };
const oneAccount: PartialOptions = { players: { accounts: 1 } };

export const plantedBugs: readonly PlantedBug[] = [
  echoBug("a table keeps a session that is gone", {}, () => {
    const leaky = defineFeature({
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
    });
    return { features: [...without("echo"), leaky] };
  }),

  echoBug("a write is skipped", {}, () => {
    let writes = 0;
    return {
      syscalls: (syscalls) =>
        overriding(syscalls, {
          write: (socket, bytes) => ((writes += 1) % 10 === 0 ? 0 : syscalls.write(socket, bytes)),
        }),
    };
  }),

  echoBug("a connection's end is never told", {}, () => {
    let closes = 0;
    return {
      machine: (machine) =>
        overStep(machine, (event, outbox, go) => {
          if (event.type !== "connection.closed" || (closes += 1) !== 2) go(event, outbox);
        }),
    };
  }),

  echoBug("silence is borne for too long", { server: { idleTimeoutMicros: 1_500_000 } }, () => ({
    variation: { realm: { idleTimeoutMs: 1_600 } },
  })),

  echoBug("an answer leaves before its event is durable", { process: { endsMax: 4 } }, () => ({
    variation: { host: { durability: "none" } },
  })),

  echoBug("a disk says synced and is not", { process: { endsMax: 4 } }, () => ({
    syscalls: (syscalls) =>
      overriding(syscalls, {
        file: (request, operation) =>
          operation.type === "sync"
            ? syscalls.file(request, { type: "list", folder: "." })
            : syscalls.file(request, operation),
      }),
  })),

  echoBug("a feature remembers outside of its state", {}, () => {
    let beats = 0;
    const forgetful = defineFeature({
      contract: heartbeatContract,
      version: 1,
      state: () => ({}),
    }).implement({
      packets: {
        beat: {
          states: ["connected"],
          handle: (ctx) => ctx.reply({ serverTimestamp: (beats += 1), latencyMs: 0 }),
        },
      },
    });
    return { features: [...without("heartbeat"), forgetful] };
  }),

  echoBug("a failed handshake is not counted", { server: { security: "tls" } }, () => ({
    port: (port) => overProducers(port, () => ({ handshakeFailed: () => undefined })),
  })),

  echoBug("the cap is one too high", { server: { connectionsMax: 2 } }, () => ({
    variation: { host: { connectionsMax: 3 } },
  })),

  echoBug("an answer has another session's bytes", {}, () => {
    let last: { readonly bytes: Uint8Array; readonly of: number } | null = null;
    return {
      machine: (machine) =>
        overStep(machine, (event, outbox, go) => {
          const mixed: Partial<Outbox> = {
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
          };
          go(event, overriding(outbox, mixed));
        }),
    };
  }),

  echoBug("the host throws", {}, () => {
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
  }),

  echoBug("the server does not come back", {}, () => {
    let listens = 0;
    return {
      syscalls: (syscalls) =>
        overriding(syscalls, {
          listen: () => {
            if ((listens += 1) % 2 === 1) syscalls.listen();
          },
        }),
    };
  }),

  echoBug("a run does not go the same way twice", {}, () => {
    let turns = 0;
    return {
      port: (port) =>
        overriding(port, {
          turn: () => {
            if ((turns += 1) % 101 !== 0) port.turn();
          },
        }),
    };
  }),

  playersBug("a removal is forgotten", {}, () => overUpdates(() => ({ removed: [] }))),

  playersBug("an entity is told in part", {}, () =>
    overUpdates(({ updates }) => ({
      updates: updates.filter(({ health }) => (health ?? null) === null) as Records,
    })),
  ),

  playersBug("a correction is not told", cheating, () =>
    overUpdates(({ updates }) => ({ updates: updates.slice(1) as Records })),
  ),

  playersBug("the view is too short", {}, () => ({
    variation: { realm: { worldViewDistanceM: 5 } },
  })),

  playersBug("speed is not checked", cheating, () => ({
    variation: { realm: { worldSpeedMaxMmPerS: 10_000_000 } },
  })),

  playersBug("news of the world for somebody who has not entered it", {}, () => ({
    role: "game",
    realm: (machine) =>
      overStep(machine, (event, outbox, go) => {
        go(event, outbox);
        if (event.type !== "packet.received") return;
        const payload = outbox.payload(update.type, Uint8Array.of(8, 1));
        outbox.send(event.connection, payload, "prompt", 1, 0);
      }),
  })),

  playersBug("a token that was revoked is believed", cheating, () => believing("revoked")),

  playersBug("a wrong password is believed", cheating, () =>
    overCalls("login", {
      ask: (operation, request) => {
        const { password } = request;
        if (operation !== "accounts.verify" || !(password instanceof Uint8Array)) return request;
        const isWrong = password.at(-1) === "?".charCodeAt(0);
        return isWrong ? { ...request, password: password.slice(0, -1) } : request;
      },
    }),
  ),

  playersBug("nobody can log in after the third", {}, () => {
    let opened = 0;
    return overCalls("login", {
      answer: (operation, _request, result) =>
        operation === "logins.open" && (opened += 1) > 3
          ? { ok: true, answer: { kind: "refused" } }
          : result,
    });
  }),

  playersBug(
    "an account is played with on two servers",
    { players: { accounts: 1, gameServers: 2 } },
    () =>
      overCalls("game", {
        ask: (operation, request) =>
          operation === "directory.report" ? { ...request, entered: [] } : request,
      }),
  ),

  playersBug("somebody is let in for another's token", oneAccount, () => {
    const open = new Set<ConnectionId>();
    return {
      role: "game",
      realm: (machine) =>
        overStep(machine, (event, outbox, go) => {
          if (event.type === "connection.opened") open.add(event.connection);
          if (event.type === "connection.closed") open.delete(event.connection);
          const isAnswer = event.type === "call.completed";
          const crossed: Partial<Outbox> = {
            send: (connection, ...rest) => {
              const other = [...open].find((one) => one !== connection);
              outbox.send(isAnswer && other !== undefined ? other : connection, ...rest);
            },
          };
          go(event, overriding(outbox, crossed));
        }),
    };
  }),

  playersBug("a secret is logged", {}, () => ({
    syscalls: (syscalls) =>
      overriding(syscalls, {
        perform: (call, operation, request) => {
          const { password } = request as Readonly<Record<string, PlainData>>;
          if (password instanceof Uint8Array) {
            syscalls.log("debug", "asked", { request: String.fromCharCode(...password) });
          }
          syscalls.perform(call, operation, request);
        },
      }),
  })),
];

/** Changes every world update on its way to clients. */
function overUpdates(change: (message: Update) => Partial<Update>): Sabotage {
  return {
    role: "game",
    realm: (machine) =>
      overStep(machine, (event, outbox, go) => {
        const changed: Partial<Outbox> = {
          payload: (type, bytes, start = 0, end = bytes.length) => {
            const message =
              type === update.type ? decodePayload(update.message, bytes, start, end) : null;
            if (message === null) return outbox.payload(type, bytes, start, end);
            const other = Object.assign(message, change(message));
            return outbox.payload(type, encodePayload(update.message, other).slice());
          },
        };
        go(event, overriding(outbox, changed));
      }),
  };
}

type Request = Readonly<Record<string, PlainData>>;

/** Changes what a role asks of the outside, and what it is answered. */
function overCalls(
  role: string,
  over: {
    readonly ask?: (operation: string, request: Request) => PlainData;
    readonly answer?: (operation: string, request: Request, result: CallResult) => CallResult;
  },
): Sabotage {
  const performed = new Map<CallId, { readonly operation: string; readonly request: Request }>();
  return {
    role,
    syscalls: (syscalls: Syscalls) =>
      overriding(syscalls, {
        perform: (call, operation, given) => {
          const request = given as Request;
          performed.set(call, { operation, request });
          syscalls.perform(call, operation, over.ask?.(operation, request) ?? request);
        },
      }),
    port: (port: HostPort) =>
      overriding(port, {
        callDone: (call, result) => {
          const what = performed.get(call);
          const other =
            what === undefined ? undefined : over.answer?.(what.operation, what.request, result);
          port.callDone(call, other ?? result);
        },
      }),
  };
}

/** A token that is refused for this reason is taken for a good one. */
const believing = (reason: string): Sabotage =>
  overCalls("game", {
    answer: (operation, request, result) => {
      const answer = result.ok ? (result.answer as Request) : {};
      if (operation !== "tokens.verify" || answer["reason"] !== reason) return result;
      const text = String.fromCharCode(...(request["token"] as Uint8Array));
      const [player = "1", tokenId = "x"] = text.split(".");
      const who = { player: Number(player), tokenId, name: "x", role: "player" };
      return {
        ok: true,
        answer: { kind: "valid", ...who, issuedAtMs: 1, expiresAtMs: 1e14 },
      };
    },
  });
