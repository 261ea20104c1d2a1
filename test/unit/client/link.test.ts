import { describe, expect, it } from "vitest";
import { echoContract, heartbeatContract } from "../../../src/core/features/contracts.ts";
import { Bench, bytesOf } from "../../support/client-bench.ts";

const { echo } = echoContract.entries;

describe("staying alive", () => {
  it("beats when it was silent, and not while it speaks", () => {
    const bench = new Bench({ heartbeatIntervalMs: 1_000, silenceTimeoutMs: 3_000 }).ready();
    bench.pass(999);
    expect(bench.written()).toEqual([]);
    bench.pass(1);
    const [beat] = bench.written();
    expect(beat).toMatchObject({ type: heartbeatContract.entries.beat.type, sequence: 2 });
    bench.pass(20);
    const { replyType, reply } = heartbeatContract.entries.beat;
    bench.client.received(
      bench.server.packet(replyType, reply, { serverTimestamp: 1 }, { inReplyTo: 2 }),
      bench.at,
    );
    expect(bench.client.roundTripMicros).toBe(20_000);
    expect(bench.client.pending).toBe(0);
    bench.pass(900);
    bench.ask("I am here");
    bench.client.received(bench.server.packet(10_002, echo.message, bytesOf("so am I")), bench.at);
    bench.pass(999);
    expect(bench.written()).toHaveLength(1);
    bench.pass(1);
    expect(bench.written()).toHaveLength(1);
  });

  it("beats for want of answers too, and gives a silent server up", () => {
    const bench = new Bench({ heartbeatIntervalMs: 1_000, silenceTimeoutMs: 3_000 }).ready();
    for (let second = 0; second < 2; second += 1) {
      bench.pass(500);
      bench.tell("anybody?");
      bench.pass(500);
    }
    expect(bench.written().map(({ type }) => type)).toEqual([10_001, 1_004, 10_001, 1_004]);
    bench.pass(999);
    expect(bench.client.state.name).toBe("ready");
    bench.pass(1);
    expect(bench.client.state).toMatchObject({ reason: { code: "SERVER_SILENT" } });
    expect(bench.outbox.orders.at(-1)).toBe("close reset");
  });

  it("does not beat faster than its interval at a server that answers nothing", () => {
    const bench = new Bench({ heartbeatIntervalMs: 1_000, silenceTimeoutMs: 10_000 }).ready();
    bench.pass(5_500);
    expect(bench.written()).toHaveLength(5);
  });

  it("lets messages wait while the transport is congested", () => {
    const bench = new Bench().ready();
    bench.outbox.isWritable = false;
    bench.tell("1");
    bench.tell("2");
    bench.ask("3");
    expect(bench.texts()).toEqual(["1"]);
    bench.client.writable(bench.at);
    expect(bench.texts()).toEqual(["2"]);
    bench.outbox.isWritable = true;
    bench.client.writable(bench.at);
    bench.tell("4");
    expect(bench.texts()).toEqual(["3", "4"]);
  });
});

describe("what the server tells", () => {
  it("hands messages over by contract and key", () => {
    const bench = new Bench().ready();
    bench.client.received(bench.server.packet(10_002, echo.message, bytesOf("dong")), bench.at);
    expect(bench.outbox.messages).toMatchObject([
      { contract: "bell", key: "rang", message: bytesOf("dong") },
    ]);
  });

  it("[WIRE-05] counts sequences that do not increase, for each delivery apart", () => {
    const bench = new Bench().ready();
    const tell = (type: number, sequence: number): void => {
      const packet = bench.server.packet(type, echo.message, bytesOf("x"), { sequence });
      bench.client.received(packet, bench.at);
    };
    // HELLO was the committed packet 1.
    tell(10_002, 2);
    tell(10_003, 1);
    tell(10_003, 2);
    tell(10_002, 5);
    expect(bench.client.counters.sequenceViolations).toBe(0);
    tell(10_002, 5);
    tell(10_003, 1);
    expect(bench.client.counters.sequenceViolations).toBe(2);
  });

  it("passes over packets of types that it does not know", () => {
    const bench = new Bench().ready();
    bench.client.received(bench.server.packet(10_777, echo.message, bytesOf("new")), bench.at);
    expect(bench.client.counters.unknownPackets).toBe(1);
    expect(bench.client.state.name).toBe("ready");
  });

  it("tells of a refusal that answers no request", () => {
    const bench = new Bench().ready();
    bench.tell("ring");
    const sequence = bench.written()[0]?.sequence ?? 0;
    bench.client.received(bench.server.error(101, { inReplyTo: sequence }), bench.at);
    expect(bench.outbox.refusals).toMatchObject([{ code: "NOT_ALLOWED_IN_STATE" }]);
  });

  it.each([
    ["a frame of length 0", Uint8Array.of(0, 0, 0, 0)],
    ["a frame above the limit", Uint8Array.of(1, 0, 1, 0)],
    ["a frame that is no envelope", Uint8Array.of(1, 0, 0, 0, 0xff)],
  ])("ends a link that carries %s", (_name, bytes) => {
    const bench = new Bench().ready();
    bench.client.received(bytes, bench.at);
    expect(bench.client.state).toMatchObject({ reason: { code: "SERVER_BROKEN" } });
    expect(bench.outbox.orders.at(-1)).toBe("close reset");
  });

  it("[WIRE-02] speaks big-endian lengths when told to", () => {
    const bench = new Bench({ lengthEndian: "big" }).ready();
    bench.ask("big");
    const [frame] = bench.outbox.writes;
    expect(frame?.slice(0, 2)).toEqual(Uint8Array.of(0, 0));
    expect(bench.texts()).toEqual(["big"]);
  });
});
