/**
 * Bugs to plant in login and game servers, each in a host that is otherwise the production one.
 * What a bug counts it counts from when it was made, over all runs that it is given to.
 */
import type { CallResult, HostPort, Outbox, Syscalls } from "../../../src/core/contract.ts";
import { worldContract } from "../../../src/core/features/contracts.ts";
import type { CallId, ConnectionId } from "../../../src/core/kernel/ids.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { decodePayload, encodePayload } from "../../../src/core/wire/index.ts";
import type { Decoded } from "../../../src/core/wire/index.ts";
import { overriding, overStep } from "../sabotage.ts";
import type { Sabotage } from "../sabotage.ts";

const { update } = worldContract.entries;
type Update = Decoded<typeof update.message>;
export type Records = Update["updates"];

/** Changes every world update on its way to clients. */
export const overUpdates = (change: (message: Update) => Partial<Update>): Sabotage => ({
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
});

export interface Performed {
  readonly operation: string;
  readonly request: Readonly<Record<string, PlainData>>;
}

/** Changes what a role asks of the outside, and what it is answered. */
export function overCalls({
  role,
  ask = (performed) => performed.request,
  answer = (_performed, result) => result,
}: {
  readonly role: string;
  readonly ask?: (performed: Performed) => PlainData;
  readonly answer?: (performed: Performed, result: CallResult) => CallResult;
}): Sabotage {
  const performed = new Map<CallId, Performed>();
  return {
    role,
    syscalls: (syscalls: Syscalls) =>
      overriding(syscalls, {
        perform: (call, operation, request) => {
          const what = { operation, request: request as Performed["request"] };
          performed.set(call, what);
          syscalls.perform(call, operation, ask(what));
        },
      }),
    port: (port: HostPort) =>
      overriding(port, {
        callDone: (call, result) => {
          const what = performed.get(call);
          port.callDone(call, what === undefined ? result : answer(what, result));
        },
      }),
  };
}

type Answer = Readonly<Record<string, PlainData>>;

/** @returns nothing for a call that failed */
export const answerOf = (result: CallResult): Answer =>
  result.ok ? (result.answer as Answer) : {};

/** A removal is forgotten. */
export const forgottenRemovals = (): Sabotage => overUpdates(() => ({ removed: [] }));

/** Records with a health are left out. */
export const partialRecords = (): Sabotage =>
  overUpdates(({ updates }) => ({
    updates: updates.filter(({ health }) => (health ?? null) === null) as Records,
  }));

/** The first record of an update, the viewer's own, is left out. */
export const untoldCorrections = (): Sabotage =>
  overUpdates(({ updates }) => ({ updates: updates.slice(1) as Records }));

/** Whoever sends a packet is told news of the world, in it or not. */
export const newsForEverybody = (): Sabotage => ({
  role: "game",
  realm: (machine) =>
    overStep(machine, (event, outbox, go) => {
      go(event, outbox);
      if (event.type !== "packet.received") return;
      const payload = outbox.payload(update.type, Uint8Array.of(8, 1));
      outbox.send(event.connection, payload, "prompt", 1, 0);
    }),
});

/** A token that is refused for this reason is taken for a good one. */
export const believing = (reason: string): Sabotage =>
  overCalls({
    role: "game",
    answer: ({ operation, request }, result) => {
      if (operation !== "tokens.verify" || answerOf(result)["reason"] !== reason) return result;
      const text = String.fromCharCode(...(request["token"] as Uint8Array));
      const [player = "1", tokenId = "x"] = text.split(".");
      const who = { player: Number(player), tokenId, name: "x", role: "player" };
      const answer = { kind: "valid", ...who, issuedAtMs: 1, expiresAtMs: 1e14 };
      return { ok: true, answer };
    },
  });

/** The mark of a wrong password is cut off before anybody looks at it. */
export const believedPasswords = (): Sabotage =>
  overCalls({
    role: "login",
    ask: ({ operation, request }) => {
      const { password } = request;
      if (operation !== "accounts.verify" || !(password instanceof Uint8Array)) return request;
      const isWrong = password.at(-1) === "?".charCodeAt(0);
      return isWrong ? { ...request, password: password.slice(0, -1) } : request;
    },
  });

/** Nobody can log in after the third. */
export const lockedAccounts = (): Sabotage => {
  let opened = 0;
  return overCalls({
    role: "login",
    answer: ({ operation }, result) =>
      operation === "logins.open" && (opened += 1) > 3
        ? { ok: true, answer: { kind: "refused" } }
        : result,
  });
};

/** A game server keeps to itself who has entered. */
export const silentDirectory = (): Sabotage =>
  overCalls({
    role: "game",
    ask: ({ operation, request }) =>
      operation === "directory.report" ? { ...request, entered: [] } : request,
  });

/** What the outside has answered is told to somebody else. */
export const crossedAnswers = (): Sabotage => {
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
};

/** Passwords and tokens are logged, as `shown` makes them. */
export const loggedSecrets = (shown: (secret: Uint8Array) => string): Sabotage => ({
  syscalls: (syscalls) =>
    overriding(syscalls, {
      perform: (call, operation, request) => {
        const { password, token } = request as Performed["request"];
        const secret = password ?? token;
        if (secret instanceof Uint8Array) {
          syscalls.log("debug", "asked", { request: shown(secret) });
        }
        syscalls.perform(call, operation, request);
      },
    }),
});
