/**
 * What TLS makes of an end without a word, of records that are none, of bytes that were changed on
 * the way, and of handshakes that nobody wants: the same story on both arms, with either version
 * that a server takes. For each failure OpenSSL has a code of its own, which is EPROTO here.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { BarePeer, ConformanceServer } from "./arm.ts";
import { loopbackArm } from "./loopback-arm.ts";
import { merged } from "./script.ts";
import { simulatedArm } from "./simulated-arm.ts";

/** What each of the two was told. */
interface Told {
  readonly server: readonly string[];
  readonly peer: readonly string[];
}

const failed = ["opened", "received 10", "closed EPROTO"];

/** A record of application data as its header has it, with fewer bytes than it says. */
function record(type: number, length: number, sent: number): Uint8Array {
  const bytes = new Uint8Array(5 + sent);
  bytes.set([type, 3, 3, length >> 8, length & 255]);
  return bytes;
}

const partial = record(23, 200, 30);

const cases: readonly (Told & {
  readonly what: string;
  readonly act: (peer: BarePeer) => void;
})[] = [
  {
    what: "an end without close_notify is an end",
    act: (peer) => peer.endBelow(),
    server: ["opened", "received 10", "ended"],
    peer: [],
  },
  {
    what: "so is one in the middle of a record, of which nothing is told",
    act: (peer) => {
      peer.below(partial);
      peer.endBelow();
    },
    server: ["opened", "received 10", "ended"],
    peer: [],
  },
  {
    what: "the peer may go away in the middle of a record",
    act: (peer) => {
      peer.below(partial);
      peer.destroy();
    },
    server: ["opened", "received 10", "ended"],
    peer: ["closed null"],
  },
  {
    what: "half a record is nothing yet",
    act: (peer) => peer.below(partial),
    server: ["opened", "received 10"],
    peer: [],
  },
  {
    what: "a record that is too large breaks the session, for both",
    act: (peer) => peer.below(record(23, 0x7fff, 30)),
    server: failed,
    peer: ["closed EPROTO"],
  },
  {
    what: "a record that is too small does so too",
    act: (peer) => peer.below(record(23, 10, 10)),
    server: failed,
    peer: ["closed EPROTO"],
  },
  {
    what: "a record of no known type does so too",
    act: (peer) => peer.below(record(99, 3, 3)),
    server: failed,
    peer: ["closed EPROTO"],
  },
  {
    what: "a hello in clear within the session does so too",
    act: (peer) => peer.below(record(22, 4, 4)),
    server: failed,
    peer: ["closed EPROTO"],
  },
];

const inOneWord = (word: string): string => word.replace(/ERR_SSL_.*/, "EPROTO");

describe.each([simulatedArm, loopbackArm])("TLS on the $name arm", (arm) => {
  let server: ConformanceServer;
  afterEach(async () => {
    await server.stop();
  });

  const opened = async (peer: BarePeer): Promise<void> => {
    await server.until("a connection", () => server.host.sockets.length > 0 && peer.opened);
    await server.settle();
  };

  const told = (peer: BarePeer): Told => {
    const [socket] = server.host.sockets;
    const story = socket === undefined ? [] : server.host.story(socket);
    return { server: story.map(inOneWord), peer: merged(peer.told).map(inOneWord) };
  };

  describe.each(["tls", "tls 1.2"] as const)("with %s", (greeting) => {
    it.each(cases)("$what", async ({ act, ...expected }) => {
      server = await arm.start({ security: "tls" });
      const peer = server.connect(greeting);
      await opened(peer);
      peer.write(new Uint8Array(10));
      await server.settle();
      act(peer);
      if (expected.peer.length > 0) await server.until("the peer's close", () => peer.closed);
      await server.settle();
      expect(told(peer)).toEqual({ server: expected.server, peer: expected.peer });
    });

    it.each(["peer", "server"])(
      "a bit that is changed on the way from the %s breaks the session, for both",
      async (from) => {
        server = await arm.start({ security: "tls" });
        const { peer, goBad } = await server.connectBadly(greeting);
        await opened(peer);
        goBad();
        const [socket] = server.host.sockets;
        if (socket === undefined) throw new Error("no socket was opened");
        if (from === "peer") peer.write(new Uint8Array(100));
        else server.host.syscalls.write(socket, new Uint8Array(100));
        await server.until(
          "both closes",
          () => peer.closed && server.host.story(socket).length > 1,
        );
        expect(told(peer)).toEqual({
          server: ["opened", "closed EPROTO"],
          peer: ["closed EPROTO"],
        });
      },
    );
  });

  it("a second handshake within a session breaks it, for both", async () => {
    server = await arm.start({ security: "tls" });
    const peer = server.connect("tls 1.2");
    await opened(peer);
    peer.renegotiate();
    await server.until("the peer's close", () => peer.closed);
    await server.settle();
    expect(told(peer)).toEqual({ server: ["opened", "closed EPROTO"], peer: ["closed EPROTO"] });
  });

  it("a version that is too old is refused before there is a connection", async () => {
    server = await arm.start({ security: "tls" });
    const peer = server.connect("tls 1.1");
    await server.until("the refusal", () => peer.closed && server.host.told.length > 1);
    expect(server.host.told).toEqual(["listening", "handshakeFailed protocol"]);
    expect(told(peer)).toEqual({ server: [], peer: ["closed EPROTO"] });
  });
});
