/** The networking suite: a real server on real sockets, over TLS but where it says otherwise. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../src/core/features/index.ts";
import { limits } from "../../src/core/kernel/limits.ts";
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import { encodePayload } from "../../src/core/wire/index.ts";
import { until } from "../support/condition.ts";
import { lamp, lampTypes } from "../support/lamp.ts";
import { messageIn, packetFrame, PacketClient, types } from "../support/packet-client.ts";
import { connectPlain, connectSecure } from "../support/raw-client.ts";
import { startTestServer } from "../support/server.ts";
import type { TestServer } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { chunksOf } from "../property/wire/arbitraries.ts";

const patient = { "realm.helloTimeoutMs": 60_000, "edge.budgetMultiplier": 1_000 };

async function client({ port, ca }: TestServer): Promise<PacketClient> {
  return new PacketClient(await connectSecure(port, { ca }).whenOpen());
}

/** So many at once; they come in waves, because each waits for its handshake. */
async function clientsOf(served: TestServer, count: number): Promise<readonly PacketClient[]> {
  const clients: PacketClient[] = [];
  while (clients.length < count) {
    const wave = Math.min(25, count - clients.length);
    clients.push(...(await Promise.all(Array.from({ length: wave }, () => client(served)))));
  }
  return clients;
}

/** Bytes that no other client and no other round has. */
const own = (index: number, round: number): Uint8Array =>
  new Uint8Array(20 + round)
    .fill(index & 255, 2)
    .fill(index >> 8, 0, 1)
    .fill(round, 1, 2);

/** Everybody asks for `rounds` echoes and gets his own, in order. */
async function expectServed(clients: readonly PacketClient[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, one] of clients.entries()) {
      if (round % 2 === 0) one.echo(own(index, round));
      else one.promptEcho(own(index, round));
    }
  }
  await Promise.all(clients.map((one) => one.whenPackets(rounds)));
  for (const [index, { packets }] of clients.entries()) {
    const answers = packets.toSorted((a, b) => a.inReplyTo - b.inReplyTo);
    expect(answers.map(({ inReplyTo }) => inReplyTo)).toEqual(
      Array.from({ length: rounds }, (_, round) => round + 1),
    );
    for (const [round, answer] of answers.entries()) {
      const type = round % 2 === 0 ? types.echoResponse : types.promptEchoResponse;
      expect(answer.type).toBe(type);
      expect([...messageIn(pb.v1.EchoResponse, answer).bytes]).toEqual([...own(index, round)]);
    }
  }
}

describe("a server", () => {
  it("[TST-01] [TST-04] answers bytes that were put together by hand, byte for byte", async () => {
    const { port } = await startTestServer({ "tls.enabled": false });
    const raw = await connectPlain(port).whenOpen();
    // 16 bytes: header {type 1053, size 5, sequence 1}, payload {bytes "abc"}.
    const frame = ["10000000", "0a07", "089d08", "1005", "1801", "1205", "0a03", "616263"];
    raw.socket.write(Buffer.from(frame.join(""), "hex"));
    const answer = (await raw.whenReceived(30)).toString("hex");
    // The same with type 1054, the time and in_reply_to 1.
    const [, time = ""] =
      /^1a0000000a11089e081005180120(.{12})80010112050a03616263$/.exec(answer) ?? [];
    const bytes = Buffer.from(time, "hex");
    const milliseconds = bytes.reduceRight((sum, byte) => sum * 128 + (byte & 127), 0);
    expect(answer).toHaveLength(60);
    expect(Math.abs(milliseconds - Date.now())).toBeLessThan(60_000);
  });

  it("[TST-02] starts, serves, stops in order, and starts again where it was", async () => {
    const dataDir = temporaryFolder();
    const first = await startTestServer({ dataDir });
    const early = await client(first);
    early.echo(Uint8Array.of(1));
    await early.whenPacket(types.echoResponse);
    expect(await first.server.stop()).toEqual({ code: 0, message: "" });
    await early.raw.whenClosed();
    const told = messageIn(pb.v1.Disconnect, await early.whenPacket(types.disconnect));
    expect([told.mayRetry, early.raw.ended, early.raw.code]).toEqual([true, true, null]);
    const refused = await connectPlain(first.port).whenClosed();
    expect(refused.code).toBe("ECONNREFUSED");
    const second = await startTestServer({ dataDir });
    expect(second.server.recovered.game).toMatchObject({ incarnation: 2, cutBytes: 0 });
    const late = await client(second);
    late.echo(Uint8Array.of(2));
    const answer = messageIn(pb.v1.EchoResponse, await late.whenPacket(types.echoResponse));
    expect([...answer.bytes]).toEqual([2]);
  });

  it("[TST-03] counts a client that connects and leaves: 1, then 0", async () => {
    const served = await startTestServer();
    expect(served.server.connectionCount()).toBe(0);
    const only = await client(served);
    await until("it to be counted", () => served.server.connectionCount() === 1);
    only.raw.socket.end();
    await until("it to be gone", () => served.server.connectionCount() === 0);
    await only.raw.whenClosed();
    expect(only.raw.code).toBeNull();
  });

  it("[TST-05] serves fifty clients at once, each its own", async () => {
    const served = await startTestServer(patient);
    const clients = await clientsOf(served, 50);
    await until("all of them", () => served.server.connectionCount() === 50);
    await expectServed(clients, 20);
    expect(served.server.connectionCount()).toBe(50);
  });

  it("[NET-01] serves three hundred clients at once, and forgets each that leaves", async () => {
    const served = await startTestServer(patient);
    const clients = await clientsOf(served, 300);
    await until("all of them", () => served.server.connectionCount() === 300);
    await expectServed(clients, 4);
    const metrics = await served.metrics();
    expect(metrics.sum("reprise_connections_open", { role: "game" })).toBe(300);
    expect(metrics.sum("reprise_packets_received_total")).toBe(300 * 4);
    expect(metrics.sum("reprise_packets_sent_total")).toBe(300 * 4);
    for (const { raw } of clients.slice(0, 299)) raw.socket.end();
    await until("one to be left", () => served.server.connectionCount() === 1, 20_000);
    const last = clients[299];
    last?.echo(Uint8Array.of(9));
    expect((await last?.whenPackets(5))?.at(-1)?.inReplyTo).toBe(5);
  });

  it("[TST-06] puts a packet of 64 KiB together from random chunks, and answers it whole", async () => {
    const served = await startTestServer(patient);
    const bytes = new Uint8Array(limits.frameBytesMax - 100).map((_, index) => index % 251);
    const payload = encodePayload(pb.v1.EchoRequest, { bytes });
    const sizes = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 40 });
    for (const split of fc.sample(sizes, 5)) {
      const one = await client(served);
      for (const chunk of chunksOf(packetFrame(types.echo, payload, 1), [...split, 2_000])) {
        // One TLS record each: written when the one before has been taken.
        await new Promise((resolve) => one.raw.socket.write(chunk, resolve));
      }
      const answer = messageIn(pb.v1.EchoResponse, await one.whenPacket(types.echoResponse));
      expect(Buffer.from(answer.bytes).equals(bytes)).toBe(true);
      one.raw.socket.end();
    }
  });

  it("[TST-08] broadcasts to five clients, to each once", async () => {
    const features = [...builtinFeatures, lamp];
    const performers = { "data.buyOil": () => Promise.resolve(1) };
    const served = await startTestServer(patient, { features, featuresBuild: "lamp", performers });
    const clients = await clientsOf(served, 5);
    for (const one of clients) one.hello();
    await Promise.all(clients.map((one) => one.whenPacket(types.hello)));
    // One of them lights a lamp; when it has burnt for a second, everybody is told.
    clients[0]?.send(
      lampTypes.light,
      encodePayload(pb.v1.EchoRequest, { bytes: Uint8Array.of(1) }),
    );
    await Promise.all(clients.map((one) => one.whenPacket(lampTypes.dark)));
    // Whatever came twice would have come before these answers.
    for (const one of clients) one.echo(Uint8Array.of(1));
    await Promise.all(clients.map((one) => one.whenPacket(types.echoResponse)));
    const heard = clients.map(({ packets }) =>
      packets.filter(({ type }) => type === lampTypes.dark),
    );
    expect(heard.map((list) => list.length)).toEqual([1, 1, 1, 1, 1]);
    expect(heard.map(([dark]) => dark?.payload)).toEqual(Array(5).fill(heard[0]?.[0]?.payload));
  });
});
