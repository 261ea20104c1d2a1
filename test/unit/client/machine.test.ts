import { describe, expect, it } from "vitest";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { errorTable } from "../../../src/core/kernel/errors.ts";
import { Bench, bytesOf } from "../../support/client-bench.ts";

const { echo, promptEcho } = echoContract.entries;

describe("greeting", () => {
  it("connects, says HELLO first, and is ready when the server has answered", () => {
    const bench = new Bench();
    expect(bench.client.state.name).toBe("idle");
    bench.client.start(bench.at);
    expect(bench.outbox.orders).toEqual(["connect"]);
    expect(bench.client.state.name).toBe("connecting");
    bench.client.opened(bench.at);
    expect(bench.client.state.name).toBe("greeting");
    const [hello] = bench.written();
    expect(hello).toMatchObject({ type: 1_050, sequence: 1, timestamp: 1_000_000 });
    bench.client.received(bench.server.hello(), bench.at);
    expect(bench.client.state).toMatchObject({ name: "ready", welcome: { protocol: 1 } });
  });

  it("stops for good when the server chooses a protocol that the client does not speak", () => {
    const bench = new Bench();
    bench.client.start(bench.at);
    const request = bench.ask("waits");
    bench.open();
    bench.client.received(bench.server.hello(1, 2), bench.at);
    expect(bench.client.state).toMatchObject({
      name: "stopped",
      reason: { code: "VERSION_MISMATCH", mayRetry: false },
    });
    expect(bench.outbox.codeOf(request)).toBe("VERSION_MISMATCH");
    expect(bench.client.nextTimeout()).toBeNull();
  });

  it("stops for good when the server refuses HELLO with a code that does not get better", () => {
    const bench = new Bench();
    bench.client.start(bench.at);
    bench.open();
    bench.client.received(bench.server.error(3, { inReplyTo: 1 }), bench.at);
    expect(bench.client.state).toMatchObject({
      name: "stopped",
      reason: { code: "VERSION_MISMATCH" },
    });
    expect(bench.outbox.orders.at(-1)).toBe("close flush");
  });

  it("gives up a link that does not open and a server that does not greet", () => {
    const bench = new Bench({ connectTimeoutMs: 300, helloTimeoutMs: 500 });
    bench.client.start(bench.at);
    bench.pass(300);
    expect(bench.client.state).toMatchObject({
      name: "backingOff",
      failures: 1,
      reason: { code: "CONNECT_TIMEOUT" },
    });
    bench.pass(200);
    expect(bench.client.state.name).toBe("connecting");
    bench.open();
    bench.pass(500);
    expect(bench.client.state).toMatchObject({
      name: "backingOff",
      failures: 2,
      reason: { code: "SERVER_SILENT" },
    });
  });

  it("names the transport when a server speaks TLS to a plain client", () => {
    const bench = new Bench();
    bench.client.start(bench.at);
    bench.open();
    bench.client.received(Uint8Array.of(0x15, 3, 3, 0, 2, 2, 10), bench.at);
    expect(bench.client.state).toMatchObject({
      name: "stopped",
      reason: { code: "WRONG_TRANSPORT" },
    });
  });
});

describe("requests", () => {
  it("matches answers by in_reply_to, in whatever order they come", () => {
    const bench = new Bench().ready();
    const first = bench.ask("first");
    const second = bench.client.request("echo", "promptEcho", bytesOf("second"), bench.at);
    const [sentFirst, sentSecond] = bench.written();
    const { server, client, outbox } = bench;
    client.received(
      server.packet(promptEcho.replyType, promptEcho.reply, bytesOf("2"), {
        inReplyTo: sentSecond?.sequence ?? 0,
      }),
      bench.at,
    );
    expect(outbox.codeOf(second)).toBe("resolved");
    expect(outbox.codeOf(first)).toBeNull();
    client.received(
      server.packet(echo.replyType, echo.reply, bytesOf("1"), {
        inReplyTo: sentFirst?.sequence ?? 0,
      }),
      bench.at,
    );
    expect(outbox.outcomes.get(first)).toMatchObject([{ kind: "resolved", message: bytesOf("1") }]);
    expect(client.pending).toBe(0);
  });

  it("rejects with the server's code, meaning and delay", () => {
    const bench = new Bench().ready();
    const request = bench.ask("too fast");
    const sequence = bench.written()[0]?.sequence ?? 0;
    const error = bench.server.error(10, { inReplyTo: sequence, retryAfterMs: 250 });
    bench.client.received(error, bench.at);
    expect(bench.outbox.outcomes.get(request)).toMatchObject([
      { kind: "rejected", refused: { code: "RATE_LIMITED", retryAfterMs: 250, mayRetry: true } },
    ]);
    expect(bench.client.state.name).toBe("ready");
  });

  it("rejects all requests for which one refusal speaks, and only when it is sure", () => {
    const bench = new Bench({ requestTimeoutMs: 700 }).ready();
    const { client, outbox } = bench;
    const promptOne = client.request("echo", "promptEcho", bytesOf("other type"), bench.at);
    const asked = ["1", "2", "3", "4", "5"].map((text) => bench.ask(text));
    const sequences = bench.written().map(({ sequence }) => sequence);
    const refuse = (index: number, count: number): void => {
      const inReplyTo = sequences[index] ?? 0;
      client.received(bench.server.error(10, { inReplyTo, count }), bench.at);
    };
    refuse(4, 3); // four echoes up to the fourth wait: which three?
    expect(asked.map((number) => outbox.codeOf(number))).toEqual([
      ...[null, null, null, "RATE_LIMITED", null],
    ]);
    refuse(3, 3); // the three up to the third
    expect(asked.map((number) => outbox.codeOf(number))).toEqual([
      ...["RATE_LIMITED", "RATE_LIMITED", "RATE_LIMITED", "RATE_LIMITED", null],
    ]);
    expect(outbox.codeOf(promptOne)).toBeNull();
    bench.pass(700);
    const [sixth, seventh] = [bench.ask("6"), bench.ask("7")];
    const [first, second] = bench.written();
    // An echo has expired, and its late answer could be among the two.
    client.received(
      bench.server.error(10, { inReplyTo: second?.sequence ?? 0, count: 2 }),
      bench.at,
    );
    expect(first?.sequence).toBe(8);
    expect([outbox.codeOf(sixth), outbox.codeOf(seventh)]).toEqual([null, "RATE_LIMITED"]);
  });

  it("keeps the number of a code that only a newer server knows", () => {
    const bench = new Bench().ready();
    const request = bench.ask("new");
    const sequence = bench.written()[0]?.sequence ?? 0;
    bench.client.received(bench.server.error(999, { inReplyTo: sequence }), bench.at);
    expect(bench.outbox.outcomes.get(request)).toMatchObject([
      { refused: { code: "UNKNOWN", message: "error 999: no" } },
    ]);
  });

  it("times a request out, and counts the answer that comes after all", () => {
    const bench = new Bench({ requestTimeoutMs: 700 }).ready();
    const request = bench.ask("slow");
    const sequence = bench.written()[0]?.sequence ?? 0;
    bench.pass(699);
    expect(bench.outbox.codeOf(request)).toBeNull();
    bench.pass(1);
    expect(bench.outbox.codeOf(request)).toBe("REQUEST_TIMEOUT");
    const late = bench.server.packet(echo.replyType, echo.reply, bytesOf("late"), {
      inReplyTo: sequence,
    });
    bench.client.received(late, bench.at);
    expect(bench.outbox.outcomes.get(request)).toHaveLength(1);
    expect(bench.client.counters.lateAnswers).toBe(1);
  });

  it("takes an answer of the wrong type as a broken server", () => {
    const bench = new Bench().ready();
    const request = bench.ask("echo");
    const sequence = bench.written()[0]?.sequence ?? 0;
    const wrong = bench.server.packet(promptEcho.replyType, promptEcho.reply, bytesOf("?"), {
      inReplyTo: sequence,
    });
    bench.client.received(wrong, bench.at);
    expect(bench.outbox.codeOf(request)).toBe("SERVER_BROKEN");
    expect(bench.client.state).toMatchObject({ name: "backingOff" });
  });

  it("throws for a name that is no request, and sends nothing", () => {
    const bench = new Bench().ready();
    for (const [contract, key] of [
      ["echo", "nothing"],
      ["nothing", "echo"],
      ["bell", "ring"],
      ["bell", "rang"],
    ] as const) {
      const ask = () => bench.client.request(contract, key, {}, bench.at);
      expect(ask).toThrow(`${contract}.${key}`);
    }
    expect(() => bench.client.tell("echo", "echo", {}, bench.at)).toThrow("echo.echo");
    expect(bench.written()).toEqual([]);
  });

  it("refuses more than its bound of messages and says so at once", () => {
    const bench = new Bench({ pendingMax: 2 });
    bench.client.start(bench.at);
    const first = bench.ask("1");
    expect(bench.tell("2")).toBeNull();
    expect(bench.client.nextRequest).toBe(2);
    const third = bench.ask("3");
    expect(third).toBe(2);
    expect(bench.outbox.codeOf(third)).toBe("QUEUE_FULL");
    expect(bench.tell("4")).toMatchObject({ code: "QUEUE_FULL" });
    bench.ready();
    expect(bench.outbox.codeOf(first)).toBeNull();
  });
});

describe("a link that breaks", () => {
  it("[NET-23] rejects what was in flight and sends what was queued, once and in order", () => {
    const bench = new Bench().ready();
    const inFlight = bench.ask("in flight");
    expect(bench.texts()).toEqual(["in flight"]);
    bench.client.closed(null, bench.at);
    expect(bench.outbox.codeOf(inFlight)).toBe("CONNECTION_LOST");
    const queued = bench.ask("queued 1");
    bench.tell("queued 2");
    bench.ask("queued 3");
    expect(bench.outbox.writes).toEqual([]);
    bench.pass(200);
    bench.open();
    expect(bench.written()).toEqual([]);
    bench.client.received(bench.server.hello(), bench.at);
    expect(bench.texts()).toEqual(["queued 1", "queued 2", "queued 3"]);
    expect(bench.server.seen.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    bench.client.ended(bench.at);
    expect(bench.outbox.codeOf(queued)).toBe("CONNECTION_LOST");
    bench.pass(1_000);
    bench.ready();
    expect(bench.texts()).toEqual([]);
  });

  it("backs off longer with every failure, and starts over after a link that held", () => {
    const bench = new Bench();
    bench.client.start(bench.at);
    const ceilingsMs = [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000];
    for (const ceilingMs of ceilingsMs) {
      bench.client.closed(null, bench.at);
      const state = bench.client.state;
      if (state.name !== "backingOff") throw new Error(state.name);
      const delayMs = (state.dueAt - bench.now) / 1_000;
      expect(delayMs).toBeGreaterThanOrEqual(100);
      expect(delayMs).toBeLessThanOrEqual(ceilingMs);
      bench.pass(delayMs);
      expect(bench.client.state.name).toBe("connecting");
    }
    bench.ready();
    bench.pass(4_999);
    bench.client.closed(null, bench.at);
    expect(bench.client.state).toMatchObject({ failures: ceilingsMs.length + 1 });
    bench.pass(30_000);
    bench.ready();
    bench.pass(5_000);
    bench.client.closed(null, bench.at);
    expect(bench.client.state).toMatchObject({ failures: 1 });
  });

  it("waits at least as long as a full server asks for", () => {
    const bench = new Bench();
    bench.client.start(bench.at);
    bench.open();
    bench.client.received(
      bench.server.error(errorTable.SERVER_FULL.code, { retryAfterMs: 45_000 }),
      bench.at,
    );
    bench.client.closed(null, bench.at);
    expect(bench.client.state).toMatchObject({
      name: "backingOff",
      reason: { code: "SERVER_FULL" },
      dueAt: bench.now + 45_000_000,
    });
  });

  it("stops for good when DISCONNECT says so, and comes back when it does not", () => {
    const stays = new Bench().ready();
    stays.client.received(stays.server.disconnect(errorTable.BANNED.code, false), stays.at);
    expect(stays.client.state).toMatchObject({
      name: "stopped",
      reason: { code: "BANNED", message: "bye" },
    });
    expect(stays.outbox.orders).toEqual(["connect", "close flush"]);
    const returns = new Bench().ready();
    returns.client.received(returns.server.disconnect(5, true), returns.at);
    expect(returns.client.state).toMatchObject({ reason: { code: "MAINTENANCE" } });
    returns.pass(200);
    expect(returns.outbox.orders).toEqual(["connect", "close flush", "connect"]);
  });

  it("does not come back without a policy, nor from a certificate that it does not trust", () => {
    const once = new Bench({ reconnect: null }).ready();
    once.client.closed(null, once.at);
    expect(once.client.state).toMatchObject({ name: "stopped" });
    const wary = new Bench();
    wary.client.start(wary.at);
    const untrusted = { code: "UNTRUSTED", message: "", retryAfterMs: 0, mayRetry: false } as const;
    wary.client.closed(untrusted, wary.at);
    expect(wary.client.state).toMatchObject({ name: "stopped", reason: { code: "UNTRUSTED" } });
  });

  it("ends with every request rejected when it is stopped, and takes no more", () => {
    const bench = new Bench().ready();
    const asked = bench.ask("asked");
    bench.client.stop(bench.at);
    expect(bench.outbox.orders.at(-1)).toBe("close flush");
    expect(bench.outbox.codeOf(asked)).toBe("STOPPED");
    expect(bench.outbox.codeOf(bench.ask("after"))).toBe("STOPPED");
    expect(bench.tell("after")).toMatchObject({ code: "STOPPED" });
    expect(bench.client.nextTimeout()).toBeNull();
    bench.client.stop(bench.at);
    bench.client.received(bench.server.hello(), bench.at);
    expect(bench.outbox.orders).toHaveLength(2);
  });
});

describe("options", () => {
  it.each([
    [{ silenceTimeoutMs: 10_000 }, "silenceTimeoutMs"],
    [{ pendingMax: 0 }, "pendingMax"],
    [{ protocol: { min: 2, max: 1 } }, "protocol"],
    [{ requestTimeoutMs: 0 }, "requestTimeoutMs"],
    [{ reconnect: { initialDelayMs: 100, maxDelayMs: 50, stableAfterMs: 0 } }, "maxDelayMs"],
    [{ contracts: [echoContract, { ...echoContract }] }, "taken"],
  ])("are refused when they contradict each other: %j", (options, named) => {
    expect(() => new Bench(options)).toThrow(named);
  });
});
