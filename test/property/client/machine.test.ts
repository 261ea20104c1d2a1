/**
 * The client machine against a link that delivers late, in pieces, and breaks: whatever happens,
 * each request has one outcome, and no message is sent twice or out of turn.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultClientOptions } from "../../../src/client/borders.ts";
import { ClientMachine } from "../../../src/client/machine.ts";
import type { RequestNumber } from "../../../src/client/pending.ts";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { micros } from "../../../src/core/kernel/ids.ts";
import { RandomStream } from "../../../src/core/kernel/random.ts";
import { decoded, RecordingOutbox, ServerEnd } from "../../support/client-link.ts";
import { poisoned } from "../../support/poison.ts";

const { echo } = echoContract.entries;
const bytesOf = (id: number): Uint8Array => Uint8Array.of(id & 0xff, id >>> 8);
const idOf = (bytes: Uint8Array): number => (bytes[0] ?? 0) + 256 * (bytes[1] ?? 0);

/** What may happen next. Shares are of what waits, in 0..1. */
type Happening =
  | { readonly type: "ask" }
  | { readonly type: "open" | "meet" }
  | { readonly type: "toServer" | "toClient"; readonly share: number }
  | { readonly type: "answer"; readonly pick: number }
  | { readonly type: "cut" | "fin" | "congest" | "drain" | "disconnect" }
  | { readonly type: "pass"; readonly ms: number };

const share = fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 10, arbitrary: fc.constant({ type: "ask" } as const) },
  { weight: 2, arbitrary: fc.constant({ type: "open" } as const) },
  { weight: 3, arbitrary: fc.constant({ type: "meet" } as const) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("toServer" as const), share }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("toClient" as const), share }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("answer" as const), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom("cut", "fin", "congest", "drain", "disconnect"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("pass" as const), ms: fc.nat({ max: 900 }) }),
  },
);

class Play {
  readonly outbox = new RecordingOutbox();
  readonly client: ClientMachine;
  /** The ids of the echoes that servers have seen, over all links. */
  readonly seen: number[] = [];
  readonly idOfRequest = new Map<RequestNumber, number>();
  readonly #toServer: number[] = [];
  readonly #toClient: number[] = [];
  #server = new ServerEnd();
  /** Sequences and ids of what waits for an answer at the server. */
  #unanswered: { sequence: number; id: number }[] = [];
  #greeted = false;
  #now = 1_000_000;
  #ids = 0;

  constructor(seed: number) {
    this.client = new ClientMachine(
      {
        ...defaultClientOptions,
        contracts: [echoContract],
        random: RandomStream.named([seed, 0, 0, 0], "client"),
        requestTimeoutMs: 1_000,
        heartbeatIntervalMs: 400,
        silenceTimeoutMs: 1_500,
        pendingMax: 16,
      },
      this.outbox,
    );
    this.client.start(this.at);
  }

  get at() {
    return micros(this.#now);
  }

  happen(next: Happening): void {
    const linked = this.client.state.name === "greeting" || this.client.state.name === "ready";
    switch (next.type) {
      case "ask": {
        const id = (this.#ids += 1);
        this.idOfRequest.set(this.client.nextRequest, id);
        this.client.request("echo", "echo", { bytes: bytesOf(id) }, this.at);
        break;
      }
      case "open":
        if (this.client.state.name === "connecting") this.#open();
        break;
      case "meet":
        this.#meet();
        break;
      case "toServer":
        this.#serve(take(this.#toServer, next.share));
        break;
      case "toClient":
        this.client.received(take(this.#toClient, next.share), this.at);
        break;
      case "answer":
        this.#answer(next.pick);
        break;
      case "cut":
        this.client.closed(null, this.at);
        break;
      case "fin":
        this.client.ended(this.at);
        break;
      case "congest":
        this.outbox.isWritable = false;
        break;
      case "drain":
        this.outbox.isWritable = true;
        this.client.writable(this.at);
        break;
      case "disconnect":
        if (linked) this.#toClient.push(...this.#server.disconnect(5, true));
        break;
      case "pass":
        this.#pass(next.ms);
    }
    this.#collect();
  }

  #open(): void {
    this.#server = new ServerEnd();
    this.#toServer.length = 0;
    this.#toClient.length = 0;
    this.#unanswered = [];
    this.#greeted = false;
    this.client.opened(this.at);
  }

  /** Waits for the back-off, opens, and greets without a hitch. */
  #meet(): void {
    const { state } = this.client;
    if (state.name === "backingOff") this.#pass((state.dueAt - this.#now) / 1_000);
    if (this.client.state.name !== "connecting") return;
    const before = this.client.counters.readied;
    this.#open();
    this.#collect();
    this.#serve(take(this.#toServer, 1));
    this.client.received(take(this.#toClient, 1), this.at);
    if (this.client.counters.readied === before) throw new Error("greeted, and not ready");
  }

  #pass(ms: number): void {
    const until = this.#now + ms * 1_000;
    for (;;) {
      const next = this.client.nextTimeout();
      if (next === null || next > until) break;
      this.#now = Math.max(this.#now, next);
      this.client.timeReached(this.at);
      // What was due is done: a machine that stays due would spin its driver.
      const again = this.client.nextTimeout();
      if (again !== null && again <= this.#now) throw new Error("due again at once");
      this.#collect();
    }
    this.#now = until;
  }

  #collect(): void {
    for (const bytes of this.outbox.takeWrites()) this.#toServer.push(...bytes);
  }

  #serve(bytes: Uint8Array): void {
    for (const { type, sequence, payload } of this.#server.take(bytes)) {
      if (type === 1_050) {
        this.#toClient.push(...this.#server.hello(sequence));
        this.#greeted = true;
      }
      if (type !== echo.type) continue;
      if (!this.#greeted) throw new Error("sent before the greeting");
      const id = idOf(decoded(echo.message, payload).bytes);
      this.seen.push(id);
      this.#unanswered.push({ sequence, id });
    }
  }

  #answer(pick: number): void {
    const [chosen] = this.#unanswered.splice(pick % Math.max(this.#unanswered.length, 1), 1);
    if (chosen === undefined) return;
    const reply = this.#server.packet(
      echo.replyType,
      echo.reply,
      { bytes: bytesOf(chosen.id) },
      { inReplyTo: chosen.sequence },
    );
    this.#toClient.push(...reply);
  }
}

/** Takes the first bytes of a stream. */
function take(stream: number[], part: number): Uint8Array {
  return Uint8Array.from(stream.splice(0, Math.ceil(stream.length * part)));
}

/** Without a clock, a timer or chance within reach: the machine is to need none. */
const play = (seed: number, happenings: readonly Happening[]): Play =>
  poisoned(() => {
    const played = new Play(seed);
    for (const next of happenings) played.happen(next);
    return played;
  });

const plays = fc.tuple(
  fc.nat(),
  fc.array(happening, { minLength: 20, maxLength: 150, size: "max" }),
);

describe("the client machine, whatever its links do", () => {
  it("[NET-23] gives each request exactly one outcome", () => {
    fc.assert(
      fc.property(plays, ([seed, happenings]) => {
        const { client, outbox, idOfRequest, at } = play(seed, happenings);
        const open = [...idOfRequest.keys()].filter((number) => outbox.codeOf(number) === null);
        expect(client.pending).toBe(open.length);
        client.stop(at);
        for (const number of idOfRequest.keys()) {
          expect(outbox.outcomes.get(number)).toHaveLength(1);
        }
        expect(outbox.outcomes.size).toBe(idOfRequest.size);
        expect(client.nextTimeout()).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  it("[NET-23] sends each message at most once, in the order of asking, over all links", () => {
    fc.assert(
      fc.property(plays, ([seed, happenings]) => {
        const { seen } = play(seed, happenings);
        for (let index = 1; index < seen.length; index += 1) {
          expect(seen[index]).toBeGreaterThan(seen[index - 1] ?? 0);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("resolves a request with the answer to that request, and only one that was sent", () => {
    let resolvedCount = 0;
    let lostCount = 0;
    fc.assert(
      fc.property(plays, ([seed, happenings]) => {
        const { outbox, idOfRequest, seen } = play(seed, happenings);
        for (const [number, id] of idOfRequest) {
          const [outcome] = outbox.outcomes.get(number) ?? [];
          if (outcome?.kind === "rejected" && outcome.refused.code === "CONNECTION_LOST") {
            lostCount += 1;
          }
          if (outcome?.kind !== "resolved") continue;
          resolvedCount += 1;
          expect(idOf((outcome.message as { bytes: Uint8Array }).bytes)).toBe(id);
          expect(seen).toContain(id);
        }
      }),
      { numRuns: 1_000 },
    );
    // The law would hold of a client that never gets an answer, too.
    expect(resolvedCount).toBeGreaterThan(500);
    expect(lostCount).toBeGreaterThan(500);
  });

  it("is the same for every split of the server's bytes", () => {
    const split = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    fc.assert(
      fc.property(split, fc.integer({ min: 1, max: 12 }), (lengths, count) => {
        const inOnePiece = conversation(count, [1_000_000]);
        expect(conversation(count, lengths)).toEqual(inOnePiece);
        expect(inOnePiece.filter((line) => line.startsWith("resolved"))).toHaveLength(count);
      }),
      { numRuns: 1_000 },
    );
  });

  it("never throws for a server's bytes, and stays of use", () => {
    const server = new ServerEnd();
    const packets = [
      server.hello(),
      server.error(7),
      server.disconnect(5, true),
      server.packet(1_054, echo.reply, { bytes: bytesOf(7) }, { inReplyTo: 2 }),
    ];
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.tuple(fc.constantFrom(...packets), fc.nat(), fc.nat({ max: 255 })).map(flipped),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 10 }), (chunks) => {
        const played = new Play(1);
        played.happen({ type: "open" });
        played.happen({ type: "ask" });
        for (const chunk of chunks) {
          played.client.received(chunk, played.at);
          played.happen({ type: "pass", ms: 250 });
          played.happen({ type: "open" });
        }
        // Every state that the noise can lead to is one that time or a good server gets out of.
        played.client.stop(played.at);
        expect(played.outbox.outcomes.get(1 as RequestNumber)).toHaveLength(1);
      }),
      { numRuns: 1_000 },
    );
  });
});

function flipped([packet, at, mask]: readonly [Uint8Array, number, number]): Uint8Array {
  const bytes = packet.slice();
  const index = at % bytes.length;
  bytes[index] = (bytes[index] ?? 0) ^ mask;
  return bytes;
}

/** Greets and echoes `count` times; what the outbox tells, with the bytes cut by `lengths`. */
function conversation(count: number, lengths: readonly number[]): string[] {
  const played = new Play(1);
  played.happen({ type: "open" });
  for (let index = 0; index < count; index += 1) played.happen({ type: "ask" });
  const server = new ServerEnd();
  const stream = [...server.hello()];
  for (let index = 0; index < count; index += 1) {
    const options = { inReplyTo: index + 2 };
    const answer = { bytes: bytesOf(index + 1) };
    stream.push(...server.packet(echo.replyType, echo.reply, answer, options));
  }
  for (let turn = 0; stream.length > 0; turn += 1) {
    const piece = stream.splice(0, lengths[turn % lengths.length] ?? 1);
    played.client.received(Uint8Array.from(piece), played.at);
  }
  const outcomes = [...played.outbox.outcomes].map(([number, [outcome]]) =>
    outcome?.kind === "resolved"
      ? `resolved ${number} ${idOf((outcome.message as { bytes: Uint8Array }).bytes)}`
      : `rejected ${number}`,
  );
  return [...outcomes, ...played.outbox.states.map(({ name }) => name)];
}
