/**
 * Says of each effect of a step that ended well what it waits for: a committed frame, a close in
 * order and a `once` call wait for the block of their event, everything else for nothing.
 */
import type { CloseMode } from "../contract.ts";
import type { ConnectionId } from "../kernel/ids.ts";
import type { CallOrder, Calls } from "./calls.ts";
import type { Committer } from "./commit.ts";
import type { HostConfig } from "./config.ts";
import type { HostConnection } from "./connections.ts";
import type { EffectReceiver, SentRun } from "./outbox.ts";
import type { Now } from "./parts.ts";
import type { Release } from "./release.ts";

export interface HandoverParts {
  readonly config: HostConfig;
  readonly commit: Committer;
  readonly release: Release;
  readonly calls: Calls;
  readonly now: Now;
}

export class Handover implements EffectReceiver {
  readonly #parts: HandoverParts;
  readonly #isDurableAtOnce: boolean;

  constructor(parts: HandoverParts) {
    this.#parts = parts;
    this.#isDurableAtOnce = parts.config.durability === "none";
  }

  frames(connection: HostConnection, run: SentRun): void {
    // An overflow may have closed it since: by an earlier run of the same step.
    if (connection.phase !== "open") return;
    const ticket = run.delivery === "committed" ? this.#ticket() : 0;
    this.#parts.release.add(connection, run, ticket);
  }

  close(connection: HostConnection, mode: CloseMode): void {
    const { release, config, now } = this.#parts;
    if (connection.phase !== "open") return;
    const by = connection.peerEnded ? "peer" : "server";
    if (mode === "reset") return release.reset(connection, by);
    release.close(connection, by, this.#ticket(), now.monotonic + config.closeTimeoutMs * 1_000);
  }

  call(order: CallOrder, asker: ConnectionId | null): void {
    this.#parts.calls.order(order, order.effect === "once" ? this.#ticket() : 0, asker);
  }

  /** The block of the event under way, which is wanted from now on; 0 when none is waited for. */
  #ticket(): number {
    if (this.#isDurableAtOnce) return 0;
    this.#parts.commit.want();
    return this.#parts.commit.openTicket;
  }
}
