/**
 * The clients of crash rounds. Each has an account of its own and makes deposits into it, several
 * in flight; each answer tells the balance with that deposit. So the answers themselves are the
 * record of what the server has promised:
 *
 * 1. A balance that was told is the least that the account has ever after.
 * 2. No account has more than was asked for, whatever was answered.
 * 3. Of one process, the answers to one client count on one by one from what it recovered.
 */
import { connect, Refusal } from "../../src/client/index.ts";
import type { Game } from "../../src/client/index.ts";
import { bytesOf, ledgerContract, textOf } from "../../src/sim/upgrade/ledger.ts";
import type { Serving } from "./process.ts";

/** What a client knows of its account. */
export interface Account {
  readonly owner: string;
  /** Deposits that were ever asked for. */
  asked: number;
  /** The highest balance that was ever told. */
  told: number;
  /** Of the running process: what the next answer must tell. */
  due: number;
}

const inFlightMax = 4;
const thinkMaxMs = 6;

export class Depositors {
  readonly accounts: readonly Account[];
  /** Rules that were broken, in words. */
  readonly broken: string[] = [];
  answered = 0;
  /** Deposits that have been asked for and not been answered, by way of a link that is up. */
  inFlight = 0;
  /** Milliseconds of `performance.now()`: of the first answer of the running process. */
  firstAnswerAt: number | null = null;
  #games: Game<readonly [typeof ledgerContract]>[] = [];
  #isStopped = true;

  constructor(clients: number) {
    this.accounts = Array.from({ length: clients }, (_, index) => ({
      owner: `c${String(index + 1)}`,
      asked: 0,
      told: 0,
      due: 1,
    }));
  }

  /**
   * Compares what a process recovered with what its clients were told.
   *
   * @param balances by owner
   * @returns committed answers that are lost
   */
  recovered(balances: ReadonlyMap<string, number>): number {
    let lost = 0;
    for (const account of this.accounts) {
      const balance = balances.get(account.owner) ?? 0;
      const { owner, told, asked } = account;
      if (balance < told) {
        lost += told - balance;
        this.broken.push(`${owner} was told ${String(told)} and has ${String(balance)}`);
      }
      if (balance > asked) {
        this.broken.push(`${owner} asked for ${String(asked)} and has ${String(balance)}`);
      }
      account.told = balance;
      account.due = balance + 1;
    }
    return lost;
  }

  /** Connects all of them and lets them go on until `stop`. Resolves once each is answered. */
  async begin({ url, fingerprint }: Serving): Promise<void> {
    this.#isStopped = false;
    this.firstAnswerAt = null;
    const trust = fingerprint === null ? {} : { fingerprint };
    const links = this.accounts.map(async (account) => {
      const contracts = [ledgerContract] as const;
      const game = await connect(url, { contracts, ...trust, reconnect: null });
      this.#games.push(game);
      const first = this.#deposit(game, account);
      for (let index = 1; index < inFlightMax; index += 1) void this.#goOn(game, account);
      await first;
      void this.#goOn(game, account);
    });
    await Promise.race(links);
    await Promise.allSettled(links);
  }

  /** Closes what links are left. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#games.map((game) => game.close()));
    this.#games = [];
  }

  async #goOn(game: Game<readonly [typeof ledgerContract]>, account: Account): Promise<void> {
    while (!this.#isStopped && (await this.#deposit(game, account))) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * thinkMaxMs));
    }
  }

  /** False when the link is gone: whether the deposit was made is not known. */
  async #deposit(game: Game<readonly [typeof ledgerContract]>, account: Account): Promise<boolean> {
    account.asked += 1;
    this.inFlight += 1;
    try {
      const { bytes } = await game.ledger.deposit({ bytes: bytesOf(account.owner) });
      this.firstAnswerAt ??= performance.now();
      this.#take(account, textOf(bytes));
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    } finally {
      this.inFlight -= 1;
    }
  }

  #take(account: Account, answer: string): void {
    this.answered += 1;
    const wanted = `${account.owner} ${String(account.due)}`;
    if (answer !== wanted) this.broken.push(`"${answer}" was answered in place of "${wanted}"`);
    account.told = Math.max(account.told, Number(answer.split(" ")[1]));
    account.due = account.told + 1;
  }
}
