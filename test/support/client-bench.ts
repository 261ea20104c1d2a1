/** A client machine on a bench: its outbox, its clock, and the server's end of its link. */
import { defaultClientOptions } from "../../src/client/borders.ts";
import type { ClientOptions } from "../../src/client/borders.ts";
import { ClientMachine } from "../../src/client/machine.ts";
import type { RequestNumber } from "../../src/client/pending.ts";
import type { Refused } from "../../src/client/refused.ts";
import { echoContract } from "../../src/core/features/contracts.ts";
import { micros } from "../../src/core/kernel/ids.ts";
import type { Micros } from "../../src/core/kernel/ids.ts";
import { RandomStream } from "../../src/core/kernel/random.ts";
import { defineContract, toClient, toServer } from "../../src/core/wire/index.ts";
import { decoded, RecordingOutbox, ServerEnd } from "./client-link.ts";
import type { SeenPacket } from "./client-link.ts";

const { echo } = echoContract.entries;
const bell = defineContract("bell", {
  ring: toServer(10_001, echo.message),
  rang: toClient(10_002, echo.message),
  swung: toClient(10_003, echo.message, { delivery: "prompt" }),
});

export const bytesOf = (text: string) => ({ bytes: new TextEncoder().encode(text) });

/** A client on a link, and the server's end of it. */
export class Bench {
  readonly outbox = new RecordingOutbox();
  readonly client: ClientMachine;
  server: ServerEnd;
  now = 1_000_000_000;
  readonly #endian: "little" | "big";

  constructor(options: Partial<ClientOptions> = {}) {
    const random = RandomStream.named([1, 2, 3, 4], "client");
    this.#endian = options.lengthEndian ?? "little";
    this.server = new ServerEnd(this.#endian);
    this.client = new ClientMachine(
      { ...defaultClientOptions, contracts: [echoContract, bell], random, ...options },
      this.outbox,
    );
  }

  get at(): Micros {
    return micros(this.now);
  }

  /** Opens a new link and greets. */
  ready(): this {
    if (this.client.state.name === "idle") this.client.start(this.at);
    this.open();
    this.client.received(this.server.hello(), this.at);
    if (this.client.state.name !== "ready") throw new Error(`not ready: ${this.client.state.name}`);
    return this;
  }

  open(): void {
    this.server = new ServerEnd(this.#endian);
    this.client.opened(this.at);
    this.server.take(...this.outbox.takeWrites());
  }

  /** Lets time pass, asking the machine whenever it wants to be asked. */
  pass(ms: number): void {
    const until = this.now + ms * 1_000;
    for (;;) {
      const next = this.client.nextTimeout();
      if (next === null || next > until) break;
      this.now = Math.max(this.now, next);
      this.client.timeReached(this.at);
    }
    this.now = until;
  }

  ask(text: string): RequestNumber {
    return this.client.request("echo", "echo", { bytes: new TextEncoder().encode(text) }, this.at);
  }

  tell(text: string): Refused | null {
    return this.client.tell("bell", "ring", { bytes: new TextEncoder().encode(text) }, this.at);
  }

  /** What the client has written since it was asked last. */
  written(): SeenPacket[] {
    return this.server.take(...this.outbox.takeWrites());
  }

  texts(): string[] {
    return this.written().map(({ payload }) =>
      new TextDecoder().decode(decoded(echo.message, payload).bytes),
    );
  }
}
