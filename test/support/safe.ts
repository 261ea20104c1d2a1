/**
 * A feature for tests of secrets: an outside makes keys, which the realm never sees and clients
 * get.
 */
import { secretRef } from "../../src/core/kernel/ids.ts";
import type { SecretRef, SessionId } from "../../src/core/kernel/ids.ts";
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import { carried, defineContract, defineFeature, seconds } from "../../src/index.ts";
import { invalid, operation, request, toClient } from "../../src/index.ts";

/** Of requests; the answer to `get` is sealed, what is told later is `late`. */
export const safeTypes = { get: 10_300, got: 10_301, keep: 10_302, kept: 10_303, late: 10_304 };

const digits = (ref: SecretRef): Uint8Array =>
  Uint8Array.from(String(ref), (digit) => digit.charCodeAt(0));
const none = (): number => 0;

const safeContract = defineContract("safe", {
  /** Has a key made, and gets it. */
  get: request(safeTypes.get, pb.v1.EchoRequest, safeTypes.got, pb.v1.EchoResponse, none, {
    seals: [1],
  }),
  /** Has a key made, and gets it two seconds later, twice. */
  keep: request(safeTypes.keep, pb.v1.EchoRequest, safeTypes.kept, pb.v1.EchoResponse, none),
  late: toClient(safeTypes.late, pb.v1.EchoResponse, { seals: [1] }),
});

type Made = { readonly key: { readonly secret: SecretRef }; readonly hint: string };

const makeKey = operation<{ readonly size: number }, Made>("safe.makeKey", {
  effect: "once",
  deadline: seconds(60),
  answer(value) {
    const { key, hint } = value as { key: { secret: number }; hint: string };
    const isMade = typeof key.secret === "number" && Object.keys(key).length === 1;
    return isMade ? { key: { secret: secretRef(key.secret) }, hint } : invalid("no key");
  },
});

export const safe = defineFeature({
  contract: safeContract,
  version: 1,
  state: () => ({ keys: new Map<SessionId, SecretRef>(), hints: [] as string[] }),
  timers: { tell: carried<{ session: SessionId }>() },
  calls: {
    get: { operation: makeKey, replyTo: "get" },
    keep: { operation: makeKey, replyTo: "keep" },
  },
}).implement({
  packets: {
    get: { states: ["connected"], handle: (ctx) => void ctx.call("get", { size: 32 }) },
    keep: { states: ["connected"], handle: (ctx) => void ctx.call("keep", { size: 32 }) },
  },
  answers: {
    get(ctx, answer) {
      if (!answer.ok) return ctx.refuse(answer.code);
      ctx.state.hints.push(answer.value.hint);
      if (answer.value.hint === "fragile") throw new Error("dropped the key");
      ctx.reply({ bytes: digits(answer.value.key.secret) });
    },
    keep(ctx, answer) {
      if (!answer.ok) return ctx.refuse(answer.code);
      const session = ctx.session.id;
      ctx.state.keys.set(session, answer.value.key.secret);
      ctx.timer("tell", session, seconds(2), { session });
      ctx.reply({});
    },
  },
  timers: {
    tell(ctx, { session }) {
      const key = ctx.state.keys.get(session);
      if (key === undefined) return;
      const isFirst = ctx.send(session, "late", { bytes: digits(key) });
      if (isFirst) ctx.timer("tell", session, seconds(2), { session });
    },
  },
  sessions: {
    closed(ctx) {
      ctx.state.keys.delete(ctx.session.id);
      ctx.cancelTimer("tell", ctx.session.id);
    },
  },
});
