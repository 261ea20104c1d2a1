/**
 * [JRN-01] What a client was told to have in its account, it has, whatever became of the server
 * since, and under whichever build: a balance that was seen never goes back, and none counts a
 * deposit that was never sent. Each account belongs to one client, which deposits one at a time;
 * where bits were flipped on the way nobody knows any more whose a deposit was.
 */
import { ledgerContract, textOf } from "../upgrade/ledger.ts";
import type { FaultCounters } from "../faults.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, ClientPacket } from "./checker.ts";
import { readPayload } from "./replies.ts";

const { type: depositType, replyType, reply } = ledgerContract.entries.deposit;

export class LedgerChecker implements Checker {
  readonly name = "ledger";
  /** Counts balances that were told. */
  checked = 0;
  readonly #sent = new Map<string, number>();
  readonly #told = new Map<string, number>();
  readonly #faults: FaultCounters;

  constructor(faults: FaultCounters) {
    this.#faults = faults;
  }

  clientSent({ type, payload }: ClientPacket): void {
    if (type !== depositType) return;
    const owner = ownerIn(payload);
    this.#sent.set(owner, (this.#sent.get(owner) ?? 0) + 1);
  }

  clientReceived({ type, payload }: ClientPacket): void {
    if (type !== replyType || this.#faults.counts["network.corrupt"] > 0) return;
    this.checked += 1;
    const [owner = "", text = ""] = ownerIn(payload).split(" ");
    const balance = Number(text);
    const told = this.#told.get(owner) ?? 0;
    const sent = this.#sent.get(owner) ?? 0;
    const detail = `${owner} has ${text}, was told ${String(told)}, sent ${String(sent)}`;
    if (balance <= told) this.#fail("a balance that was told is not lost", detail);
    if (balance > sent) this.#fail("a deposit counts once", detail);
    this.#told.set(owner, balance);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** What a client sends is the bytes of the same field as what it gets. */
const ownerIn = (payload: Uint8Array): string => {
  const read = readPayload(reply, payload);
  return read === null ? "" : textOf(read.bytes);
};
