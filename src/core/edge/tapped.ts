/**
 * An edge that tells somebody all that it is given and asked, so that the same can be given and
 * asked again. What comes out of it is what comes out of any other.
 */
import type { Micros, SecretRef } from "../kernel/ids.ts";
import { ConnectionEdge, type EdgeConfig, type EdgeResult } from "./connection.ts";
import type { Refusal } from "./refusals.ts";
import type { SecretVault } from "./secrets.ts";

/** Who is told, in the order in which it happens. A call returns before the edge goes on. */
export interface EdgeTap {
  /** @param chunk to be copied, not kept */
  received(chunk: Uint8Array): void;
  polled(at: Micros, result: EdgeResult): void;
  /** A report was asked for that is due at that time. */
  reported(due: Micros): void;
  /** A secret was put into the vault, while a poll goes on. */
  sealed(ref: SecretRef): void;
  ended(): void;
}

export class TappedEdge extends ConnectionEdge {
  readonly #tap: EdgeTap;

  constructor(config: EdgeConfig, vault: SecretVault, tap: EdgeTap) {
    super(config, tappedVault(vault, tap));
    this.#tap = tap;
  }

  override receive(chunk: Uint8Array): void {
    this.#tap.received(chunk);
    super.receive(chunk);
  }

  override poll(at: Micros): EdgeResult {
    const result = super.poll(at);
    this.#tap.polled(at, result);
    return result;
  }

  override takeReport(at: Micros): Refusal | null {
    this.#tap.reported(at);
    return super.takeReport(at);
  }

  override closed(): void {
    this.#tap.ended();
  }
}

const tappedVault = (vault: SecretVault, tap: EdgeTap): SecretVault => ({
  seal(bytes) {
    const ref = vault.seal(bytes);
    tap.sealed(ref);
    return ref;
  },
  open: (ref) => vault.open(ref),
  release: (ref) => vault.release(ref),
  get size() {
    return vault.size;
  },
});
