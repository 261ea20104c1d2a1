/** A feature: wallets that remember every change, and refuse one that somebody made unseen. */
import { defineFeature, eventStream, invalid, request } from "reprise";
import { defineContract } from "reprise/contract";
import { wallet as pb } from "./gen/wallet.js";

const isOwner = (owner: string): boolean => /^[a-z]{1,16}$/.test(owner);

export const walletContract = defineContract("wallet", {
  change: request(10_011, pb.v1.Change, 10_012, pb.v1.Changed, (change) =>
    isOwner(change.owner) && change.amount !== 0 ? change : invalid("no owner, or no amount"),
  ),
  list: request(10_013, pb.v1.List, 10_014, pb.v1.Listed, (list) =>
    isOwner(list.owner) && list.fromVersion >= 1 ? list : invalid("events count from 1"),
  ),
});

type WalletEvent =
  | { readonly type: "paidIn"; readonly amount: number }
  | { readonly type: "paidOut"; readonly amount: number };

/** The wallet is what its events have made of it. */
export const wallets = eventStream({
  name: "wallets",
  keep: 16, // The newest that can be listed; all others are folded into the balance.
  initial: () => ({ balance: 0 }),
  apply(wallet: { balance: number }, event: WalletEvent) {
    if (event.type === "paidIn") wallet.balance += event.amount;
    else wallet.balance -= event.amount;
    return wallet;
  },
});

export const wallet = defineFeature({
  contract: walletContract,
  version: 1,
  state: () => ({ total: 0 }),
  events: [wallets],
}).implement({
  packets: {
    change: {
      states: ["connected"],
      handle(ctx, { owner, amount, version }) {
        const store = ctx.events(wallets);
        const { balance } = store.replay(owner);
        if (balance + amount < 0)
          return ctx.refuse("NOT_PERMITTED", "the wallet has not that much");
        const event: WalletEvent =
          amount > 0 ? { type: "paidIn", amount } : { type: "paidOut", amount: -amount };
        const appended = store.append(owner, version, event);
        if (!appended.ok) {
          return ctx.reply({ conflict: true, version: appended.version, balance });
        }
        ctx.state.total += amount;
        ctx.reply({ version: appended.version, balance: balance + amount });
      },
    },
    list: {
      states: ["connected"],
      handle(ctx, { owner, fromVersion }) {
        const { events } = ctx.events(wallets).events(owner, fromVersion);
        ctx.reply({
          fromVersion: events[0]?.version ?? fromVersion,
          amounts: events.map(({ event }) =>
            event.type === "paidIn" ? event.amount : -event.amount,
          ),
        });
      },
    },
  },
  invariants: {
    "all wallets together have what was paid": (state, _timers, _sessions, events) => {
      const view = events(wallets);
      let total = 0;
      for (const owner of view.entities()) total += view.replay(owner).balance;
      return total === state.total;
    },
  },
});
