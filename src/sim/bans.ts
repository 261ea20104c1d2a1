/**
 * An operator who bans accounts in the middle of a run, beside running servers, and takes some of
 * the bans back.
 *
 * What he does is done before the next call to the accounts, which is as good as at once: nobody
 * else can tell when it was.
 */
import { bannedForEver } from "../core/features/accounts/index.ts";
import type { AccountStore } from "../core/features/accounts/index.ts";
import { RandomStream } from "../core/kernel/random.ts";
import type { Seed } from "../core/kernel/random.ts";
import { credentialsOf } from "./accounts.ts";
import { below } from "./drawing.ts";
import type { SimulationOptions } from "./options.ts";

interface Order {
  /** Milliseconds since the run began. */
  readonly atMs: number;
  readonly account: string;
  readonly isBan: boolean;
}

export class Bans {
  /** Accounts that are banned now, as travellers call theirs. */
  readonly accounts = new Set<string>();
  readonly #orders: Order[] = [];
  readonly #store: AccountStore;
  readonly #changed: (player: number, isBanned: boolean) => void;

  /** @param changed told of each order that was carried out */
  constructor(
    store: AccountStore,
    { players, seconds }: Pick<SimulationOptions, "players" | "seconds">,
    seed: Seed,
    changed: (player: number, isBanned: boolean) => void,
  ) {
    this.#store = store;
    this.#changed = changed;
    for (let ban = 1; ban <= players.bans; ban += 1) {
      const random = RandomStream.named(seed, `ban/${String(ban)}`);
      const account = String(random.between(1, players.accounts));
      const atMs = below(random, seconds * 1_000);
      this.#orders.push({ atMs, account, isBan: true });
      if (random.chance(1, 2)) continue;
      const liftedMs = atMs + below(random, seconds * 1_000 - atMs);
      this.#orders.push({ atMs: liftedMs, account, isBan: false });
    }
    this.#orders.sort((one, other) => one.atMs - other.atMs);
  }

  /** Carries out what was due by then, in milliseconds since the run began. */
  passTo(nowMs: number): void {
    for (let next = this.#orders[0]; next !== undefined && next.atMs <= nowMs;) {
      this.#orders.shift();
      this.#carryOut(next);
      next = this.#orders[0];
    }
  }

  #carryOut({ account, isBan }: Order): void {
    const { username } = credentialsOf(account);
    const changed = this.#store.ban(username, isBan ? bannedForEver : 0, "");
    if (changed === null) return;
    if (isBan) this.accounts.add(account);
    else this.accounts.delete(account);
    this.#changed(changed.player, isBan);
  }
}
