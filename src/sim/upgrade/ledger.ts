/**
 * A feature in two builds, which the simulator upgrades from one to the other while clients use it.
 * What a client deposits is pending for a while, then it is settled, and a receipt is asked for
 * once. The second build remembers it in another shape, has a feature more in front of it and a
 * timer more before its own: what the first one left waiting must find its way all the same. The
 * book of what was deposited is an event stream, which it brings into another shape, too.
 *
 * A balance counts deposits, and is told with each: so a client can say when one was lost, or
 * counted twice. What is answered to a packet is the same in both builds, byte for byte.
 *
 * It leans on what features are promised: what a client leaves out of a message may stand in the
 * state, a context that is kept beyond its handler is of no use to anybody, and a counter may be
 * counted with labels and without.
 */
import { ApiMisuseError } from "../../core/kernel/assert.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { carried, defineFeature, eventStream, operation } from "../../core/realm/index.ts";
import type { Feature } from "../../core/realm/index.ts";
import { echoContract } from "../../core/features/contracts.ts";
import { defineContract, invalid, isInvalid, request } from "../../core/wire/index.ts";
import { micros } from "../../core/kernel/ids.ts";
import { Deposit } from "./deposit.ts";

/** Bytes, as echoes have them. */
const { message: asked, reply: answered } = echoContract.entries.echo;

/** The owner's name, 1..8 digits or letters. */
const ownerOf = ({ bytes }: { readonly bytes: Uint8Array }) => {
  const owner = textOf(bytes);
  return /^[a-z0-9]{1,8}$/.test(owner) ? owner : invalid("an account has a short name");
};

/** And what is written on the deposit. */
function depositOf(deposit: Deposit) {
  const owner = ownerOf(deposit);
  if (isInvalid(owner)) return owner;
  return { owner, remark: deposit.remark?.text ?? new Uint8Array(0) };
}

export const ledgerContract = defineContract("ledger", {
  /** One more into the account; answered with `owner balance`. */
  deposit: request(10_901, Deposit, 10_902, answered, depositOf),
});

/** Only the second build serves it. */
export const statementContract = defineContract("statement", {
  /** Answered with the number of statements so far. */
  statement: request(10_903, asked, 10_904, answered, ownerOf),
});

const receipt = operation<{ readonly owner: string; readonly number: number }, string>(
  "ledger.receipt",
  {
    effect: "once",
    deadline: micros(30_000_000),
    answer: (value) => (typeof value === "string" ? value : invalid("a receipt is a text")),
  },
);

/** Long enough for an orderly end to find some of it pending. */
const pendingMicros = micros(1_500_000);
const states = ["connected"] as const;
const calls = {
  receipt: { operation: receipt, carries: carried<{ owner: string; number: number }>() },
} as const;

const counters = {
  ledger_receipts_total: "Receipts that were asked for; with an outcome, those that came of it",
};

/** By state, the context of the last deposit, which is over. */
const kept = new WeakMap<object, { readonly state: object }>();

/** Whether it is of no use. Asked once of each: it stays as it is until it is lent again. */
function isOver(state: object): boolean {
  const ctx = kept.get(state);
  if (ctx === undefined) return true;
  kept.delete(state);
  try {
    return typeof ctx.state !== "object";
  } catch (error) {
    return error instanceof ApiMisuseError;
  }
}

/** What tools see, and what must be the same before and after an upgrade. */
type Balances = Readonly<Record<string, PlainData>>;

interface FirstAccount {
  /** Settled and pending together. */
  balance: number;
  pending: number;
  receipts: number;
  /** Of the last deposit. */
  remark: Uint8Array;
}

/** What the first build writes of a deposit, and what the older ones come to. */
const firstBook = eventStream({
  name: "book",
  keep: 2,
  initial: () => ({ deposits: 0, balance: 0 }),
  apply: ({ deposits }, { balance }: { readonly balance: number }) => ({
    deposits: deposits + 1,
    balance,
  }),
});

/** The same, without names. */
const secondBook = eventStream({
  name: "book",
  version: 2,
  keep: 2,
  migrations: {
    1: {
      event: (old) => (old as { readonly balance: number }).balance,
      state(old) {
        const { deposits, balance } = old as {
          readonly deposits: number;
          readonly balance: number;
        };
        return [deposits, balance];
      },
    },
  },
  initial: (): readonly [deposits: number, balance: number] => [0, 0],
  apply: ([deposits], balance: number) => [deposits + 1, balance] as const,
});

export const firstLedger: Feature = defineFeature({
  contract: ledgerContract,
  version: 1,
  state: () => ({ accounts: new Map<string, FirstAccount>() }),
  timers: { settle: carried<{ owner: string }>() },
  events: [firstBook],
  calls,
  counters,
}).implement({
  packets: {
    deposit: {
      states,
      handle(ctx, { owner, remark }) {
        kept.set(ctx.state, ctx);
        const none = { balance: 0, pending: 0, receipts: 0, remark };
        const account = ctx.state.accounts.get(owner) ?? none;
        ctx.state.accounts.set(owner, account);
        account.remark = remark;
        account.balance += 1;
        account.pending += 1;
        const number = account.balance;
        ctx.events(firstBook).append(owner, number - 1, { balance: number });
        ctx.timer("settle", `${owner}:${number}`, pendingMicros, { owner });
        ctx.call("receipt", { owner, number }, { owner, number });
        ctx.count("ledger_receipts_total");
        ctx.reply({ bytes: bytesOf(`${owner} ${number}`) });
      },
    },
  },
  answers: {
    receipt(ctx, answer, { owner }) {
      ctx.count(`ledger_receipts_total{outcome="${answer.ok ? "ok" : "failed"}"}`);
      const account = ctx.state.accounts.get(owner);
      if (account !== undefined && answer.ok) account.receipts += 1;
    },
  },
  timers: {
    settle(ctx, { owner }) {
      const account = ctx.state.accounts.get(owner);
      if (account !== undefined) account.pending -= 1;
    },
  },
  views: {
    balances: ({ accounts }): Balances =>
      Object.fromEntries(
        Array.from(accounts, ([owner, { balance, pending, receipts }]) => [
          owner,
          { balance, pending, receipts },
        ]),
      ),
  },
  invariants: {
    "a context is over with its handler": isOver,
    "what is pending has a timer": ({ accounts }, { settle }) =>
      settle.size === sum(accounts, ({ pending }) => pending),
    "what is deposited is in the book": ({ accounts }, _timers, _sessions, events) =>
      [...accounts].every(([owner, { balance }]) => {
        const book = events(firstBook);
        const { deposits, balance: last } = book.replay(owner);
        return [book.version(owner), deposits, last].every((count) => count === balance);
      }),
  },
});

interface SecondAccount {
  settled: number;
  readonly pending: Set<string>;
  receipts: number;
  remark: Uint8Array;
}

export const secondLedger: Feature = defineFeature({
  contract: ledgerContract,
  version: 2,
  state: () => ({ owners: new Map<string, SecondAccount>(), audits: 0 }),
  migrations: { 1: (old) => migrated(old) },
  // One more, and in front: kinds of timers are counted.
  timers: { audit: carried<null>(), settle: carried<{ owner: string }>() },
  events: [secondBook],
  calls,
  counters,
}).implement({
  packets: {
    deposit: {
      states,
      handle(ctx, { owner, remark }) {
        kept.set(ctx.state, ctx);
        const account = ctx.state.owners.get(owner) ?? newAccount(remark);
        ctx.state.owners.set(owner, account);
        account.remark = remark;
        const number = balanceOf(account) + 1;
        const id = `${owner}:${number}`;
        account.pending.add(id);
        ctx.events(secondBook).append(owner, number - 1, number);
        ctx.timer("settle", id, pendingMicros, { owner });
        ctx.timer("audit", owner, pendingMicros, null);
        ctx.call("receipt", { owner, number }, { owner, number });
        ctx.count("ledger_receipts_total");
        ctx.reply({ bytes: bytesOf(`${owner} ${number}`) });
      },
    },
  },
  answers: {
    receipt(ctx, answer, { owner }) {
      ctx.count(`ledger_receipts_total{outcome="${answer.ok ? "ok" : "failed"}"}`);
      const account = ctx.state.owners.get(owner);
      if (account !== undefined && answer.ok) account.receipts += 1;
    },
  },
  timers: {
    audit(ctx) {
      ctx.state.audits += 1;
    },
    settle(ctx, { owner }, id) {
      const account = ctx.state.owners.get(owner);
      if (account?.pending.delete(String(id)) === true) account.settled += 1;
    },
  },
  views: {
    balances: ({ owners }): Balances =>
      Object.fromEntries(
        Array.from(owners, ([owner, account]) => [
          owner,
          {
            balance: balanceOf(account),
            pending: account.pending.size,
            receipts: account.receipts,
          },
        ]),
      ),
  },
  invariants: {
    "a context is over with its handler": isOver,
    "what is pending has a timer": ({ owners }, { settle }) =>
      settle.size === sum(owners, ({ pending }) => pending.size),
    "what is deposited is in the book": ({ owners }, _timers, _sessions, events) =>
      [...owners].every(([owner, account]) => {
        const book = events(secondBook);
        const counts = [book.version(owner), ...book.replay(owner)];
        return counts.every((count) => count === balanceOf(account));
      }),
  },
});

/** New in the second build: stands in front of the ledger, and has a timer of its own. */
export const statements: Feature = defineFeature({
  contract: statementContract,
  version: 1,
  state: () => ({ asked: 0, open: 0 }),
  timers: { forget: carried<null>() },
}).implement({
  packets: {
    statement: {
      states,
      handle(ctx) {
        ctx.state.asked += 1;
        ctx.state.open += 1;
        ctx.timer("forget", ctx.state.asked, pendingMicros, null);
        ctx.reply({ bytes: bytesOf(String(ctx.state.asked)) });
      },
    },
  },
  timers: {
    forget(ctx) {
      ctx.state.open -= 1;
    },
  },
  invariants: {
    "an open statement has a timer": ({ open }, { forget }) => forget.size === open,
  },
});

/** From `balance` and a count to names: the timers' ids say which deposits are pending. */
function migrated(old: PlainData): PlainData {
  const { accounts } = old as unknown as { accounts: ReadonlyMap<string, FirstAccount> };
  const owners = new Map(
    Array.from(accounts, ([owner, { balance, pending, receipts, remark }]) => {
      const settled = balance - pending;
      const names = Array.from(
        { length: pending },
        (_, index) => `${owner}:${settled + index + 1}`,
      );
      return [owner, { settled, pending: new Set(names), receipts, remark }] as const;
    }),
  );
  return { owners, audits: 0 };
}

const newAccount = (remark: Uint8Array): SecondAccount => ({
  settled: 0,
  pending: new Set(),
  receipts: 0,
  remark,
});

const balanceOf = ({ settled, pending }: SecondAccount): number => settled + pending.size;

function sum<T>(accounts: ReadonlyMap<string, T>, of: (account: T) => number): number {
  let total = 0;
  for (const account of accounts.values()) total += of(account);
  return total;
}

export const textOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

export const bytesOf = (ascii: string): Uint8Array =>
  Uint8Array.from(ascii, (letter) => letter.charCodeAt(0));
