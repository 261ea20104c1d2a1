import { describe, expect, it } from "vitest";
import { wrongRecords } from "../../../../src/sim/network/tls.ts";
import { numbered, Pair } from "../../../support/simulated-link.ts";

const fails = "insecure protocol";

describe("a handshake of TLS", () => {
  it("fails at each flight, by either side, and each tells the other", () => {
    const cases = [
      { setup: { clientFault: "unacceptable" }, client: [fails], server: [fails] },
      { setup: { serverFault: "failing" }, client: [fails], server: [fails] },
      { setup: { clientFault: "rejected" }, client: [fails], server: [fails] },
      // A client is done when it has said its last word, whatever that is worth.
      { setup: { clientFault: "bad-finished" }, client: ["secured", fails], server: [fails] },
    ] as const;
    for (const { setup, client, server } of cases) {
      const pair = new Pair({ secure: true, ...setup });
      pair.pass();
      expect(pair.client.told, JSON.stringify(setup)).toEqual(client);
      expect(pair.server.told, JSON.stringify(setup)).toEqual(server);
    }
  });

  it("never ends when the client says no more after the server's hello", () => {
    const pair = new Pair({ secure: true, clientFault: "unfinished" });
    pair.pass(60_000_000);
    expect([...pair.client.told, ...pair.server.told]).toEqual([]);
  });
});

describe("records of TLS", () => {
  it("may be of a few bytes each", () => {
    const pair = new Pair({ secure: true, recordBytes: 3 });
    pair.pass();
    pair.client.socket.write(numbered(100));
    pair.pass();
    expect(pair.server.bytes).toEqual([...numbered(100)]);
    expect(Math.max(...pair.server.reads)).toBe(3);
  });

  it("that are too large fail the session, and the peer is told", () => {
    const pair = new Pair({ secure: true });
    pair.pass();
    pair.link.client.send(wrongRecords.oversized());
    pair.pass();
    expect(pair.server.told).toEqual(["secured", fails]);
    expect(pair.client.told).toEqual(["secured", fails]);
  });

  it("may be an alert, which is the end of it", () => {
    const pair = new Pair({ secure: true });
    pair.pass();
    pair.client.socket.write(numbered(5));
    pair.pass();
    pair.link.client.send(wrongRecords.alert());
    pair.client.socket.destroy();
    pair.pass();
    expect(pair.server.bytes).toEqual([...numbered(5)]);
    expect(pair.server.told).toEqual(["secured", fails, "end"]);
  });

  it("that are cut off by the end of the stream are no data, and the end is an end", () => {
    const pair = new Pair({ secure: true });
    pair.pass();
    pair.client.socket.write(numbered(5));
    pair.pass();
    pair.link.client.send(wrongRecords.truncated());
    pair.client.socket.destroy();
    pair.pass();
    expect(pair.server.bytes).toEqual([...numbered(5)]);
    expect(pair.server.told).toEqual(["secured", "end"]);
  });

  it("of no known kind fail the session", () => {
    const pair = new Pair({ secure: true });
    pair.pass();
    pair.link.client.send(Uint8Array.of(99, 3, 3, 0, 1, 0));
    pair.pass();
    expect(pair.server.told).toEqual(["secured", fails]);
  });
});
