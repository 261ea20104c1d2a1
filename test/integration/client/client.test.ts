/** The client SDK against the real server over real sockets. */
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect, Refusal } from "../../../src/client/index.ts";
import type { ConnectOptions, Game, Refused } from "../../../src/client/index.ts";
import { echoContract, heartbeatContract } from "../../../src/core/features/contracts.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { defineFeature } from "../../../src/core/realm/index.ts";
import {
  defineContract,
  request,
  toClient,
  toSafeNumber,
  toServer,
} from "../../../src/core/wire/index.ts";
import { ServerEnd } from "../../support/client-link.ts";
import { until } from "../../support/condition.ts";
import { startGame } from "../../support/game-server.ts";
import type { GameServer } from "../../support/game-server.ts";

const { message } = echoContract.entries.echo;

/** Rings for everybody; counts who rang, by the first byte. */
const bell = defineContract("bell", {
  ring: toServer(10_001, message),
  rang: toClient(10_002, message),
  history: request(10_003, message, 10_004, message),
});
const bellFeature = defineFeature({
  contract: bell,
  version: 1,
  state: () => ({ rings: [] as number[] }),
}).implement({
  packets: {
    ring: {
      states: ["connected"],
      handle(ctx, { bytes }) {
        ctx.state.rings.push(bytes[0] ?? 0);
        for (const { id } of ctx.sessions) ctx.send(id, "rang", { bytes });
      },
    },
    history: {
      states: ["connected"],
      handle: (ctx) => ctx.reply({ bytes: Uint8Array.from(ctx.state.rings) }),
    },
  },
});
const features = [...builtinFeatures, bellFeature];

const contracts = [echoContract, heartbeatContract, bell] as const;
type Options = Partial<ConnectOptions<typeof contracts>>;

async function join(game: GameServer, options: Options = {}): Promise<Game<typeof contracts>> {
  const { url, fingerprint } = game;
  const trust = fingerprint === "" || "ca" in options ? {} : { fingerprint };
  const client = await connect(url, { contracts, ...trust, ...options });
  onTestFinished(() => client.close());
  return client;
}

const bytesOf = (...bytes: number[]) => ({ bytes: Uint8Array.from(bytes) });

/** What the promise rejects with. */
const refusalOf = async (promise: Promise<unknown>): Promise<Refusal> => {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Refusal);
  return outcome as Refusal;
};

describe("a client", () => {
  it("greets, asks and is answered, over TLS and in clear", async () => {
    for (const enabled of [true, false]) {
      const game = await startGame({ features, set: { "tls.enabled": enabled } });
      const client = await join(game);
      expect(client.state).toMatchObject({
        name: "ready",
        welcome: { protocol: 1, sameContracts: true },
      });
      expect(await client.echo.echo(bytesOf(1, 2, 3))).toMatchObject(bytesOf(1, 2, 3));
      expect(await client.echo.promptEcho(bytesOf())).toMatchObject(bytesOf());
      const { serverTimestamp } = await client.heartbeat.beat({ timestamp: 1 });
      expect(Math.abs((toSafeNumber(serverTimestamp) ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(client.counters.sequenceViolations).toBe(0);
      await client.close();
      await until("the session to end", () => game.server.connectionCount() === 0);
    }
  });

  it("answers a thousand requests at once, each with its own answer", async () => {
    const client = await join(await startGame({ set: { "edge.budgetMultiplier": 1_000 } }));
    const asked = Array.from({ length: 1_000 }, (_, index) => bytesOf(index & 255, index >>> 8));
    const { echo, promptEcho } = client.echo;
    const answers = await Promise.all(
      asked.map((each, index) => (index % 2 === 0 ? echo(each) : promptEcho(each))),
    );
    expect(answers.map((answer) => answer.bytes)).toEqual(asked.map(({ bytes }) => bytes));
    expect(client.counters.sequenceViolations).toBe(0);
  });

  it("hears what the server tells, in order, until it stops listening", async () => {
    const game = await startGame({ features });
    const [first, second] = [await join(game), await join(game)];
    const heard: number[] = [];
    const stop = second.bell.on("rang", ({ bytes }) => heard.push(bytes[0] ?? 0));
    for (const number of [1, 2, 3, 4, 5]) first.bell.ring(bytesOf(number));
    await until("five rings", () => heard.length === 5);
    expect(heard).toEqual([1, 2, 3, 4, 5]);
    stop();
    first.bell.ring(bytesOf(6));
    expect((await second.bell.history(bytesOf())).bytes).toHaveLength(6);
    expect(heard).toHaveLength(5);
  });

  it("is refused with the server's code, and stays of use", async () => {
    const client = await join(await startGame()); // a server without bells
    const refusal = await refusalOf(client.bell.history(bytesOf()));
    expect(refusal).toMatchObject({ code: "NOT_SERVED", mayRetry: false, name: "Refusal" });
    expect(refusal.message).toContain("bell.history");
    const told: Refused[] = [];
    client.on("refused", (refused) => told.push(refused));
    client.bell.ring(bytesOf(1));
    await until("the refusal of what was told", () => told.length === 1);
    expect(told).toMatchObject([{ code: "NOT_SERVED" }]);
    expect(await client.echo.echo(bytesOf(7))).toMatchObject(bytesOf(7));
    expect(client.state).toMatchObject({ name: "ready" });
  });

  it("keeps its session alive through silence, and measures the way", async () => {
    const client = await join(await startGame({ set: { "realm.idleTimeoutMs": 1_000 } }), {
      heartbeatIntervalMs: 100,
      silenceTimeoutMs: 10_000,
    });
    const { packetsSent } = client.counters;
    await until("2 s of heartbeats", () => client.counters.packetsSent >= packetsSent + 20);
    expect(client.counters.lost).toBe(0);
    expect(client.roundTripMs).toBeGreaterThan(0);
    expect(await client.echo.echo(bytesOf(1))).toMatchObject(bytesOf(1));
  });
});

describe("[NET-23] a client whose server goes away", () => {
  it("comes back, loses what was in flight, and delivers what was queued once and in order", async () => {
    const first = await startGame({ features });
    const port = first.server.port;
    const client = await join(first);
    const heard: string[] = [];
    client.on("disconnected", ({ code }) => heard.push(`disconnected ${code}`));
    client.on("reconnected", ({ protocol }) => heard.push(`reconnected ${protocol}`));
    client.bell.ring(bytesOf(1));
    expect((await client.bell.history(bytesOf())).bytes).toEqual(Uint8Array.of(1));
    await first.server.stop();
    await until("the end of the link", () => client.state.name !== "ready");
    for (const number of [2, 3, 4]) client.bell.ring(bytesOf(number));
    const history = client.bell.history(bytesOf());
    await startGame({ features, dataDir: first.dataDir, set: { "ports.game": port } });
    expect((await history).bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(heard[0]).toBe("disconnected MAINTENANCE");
    expect(heard.at(-1)).toBe("reconnected 1");
  });

  it("rejects what was asked when it is closed, and then everything", async () => {
    const client = await join(await startGame());
    const ends: string[] = [];
    client.on("closed", ({ code }) => ends.push(code));
    const asked = refusalOf(client.echo.echo(bytesOf(1)));
    await client.close();
    expect((await asked).code).toBe("STOPPED");
    expect((await refusalOf(client.echo.echo(bytesOf(1)))).code).toBe("STOPPED");
    expect(ends).toEqual(["STOPPED"]);
    await client.close();
  });
});

describe("a client whose server does not read", () => {
  it("keeps what it cannot send within its bound, and sends it in order later", async () => {
    const server = new ServerEnd();
    const links: Socket[] = [];
    const port = await listening((socket) => {
      links.push(socket);
      socket.once("data", (hello: Buffer) => {
        server.take(hello);
        socket.pause();
        socket.write(server.hello());
      });
    });
    const options = { contracts, pendingMax: 100, reconnect: null };
    const client = await connect(`tcp://127.0.0.1:${port}`, options);
    onTestFinished(() => client.close());
    const bytes = new Uint8Array(60_000);
    let rung = 0;
    const ring = (): void => {
      for (; ; rung += 1) client.bell.ring({ bytes });
    };
    // The socket takes one, and the others wait; so even who rings for ever is stopped.
    expect(ring).toThrow("QUEUE_FULL");
    expect(rung).toBeLessThan(110);
    const [link] = links;
    link?.on("data", (chunk: Buffer) => void server.take(chunk)).resume();
    await until("all of them", () => server.seen.length === 1 + rung);
    expect(server.seen.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 1 + rung }, (_, index) => index + 1),
    );
  });
});

describe("a client that cannot connect", () => {
  it("says that nothing listens, at once or when its patience ends", async () => {
    const port = await freePort();
    const url = `tcp://127.0.0.1:${port}`;
    const refusal = await refusalOf(connect(url, { contracts }));
    expect(refusal).toMatchObject({ code: "CONNECT_FAILED", mayRetry: true });
    expect(refusal.message).toContain(`${url}: nothing listens there`);
    const patient = connect(url, { contracts, patienceMs: 20_000 });
    await startGame({ set: { "ports.game": port, "tls.enabled": false } });
    const client = await patient;
    expect(client.state.name).toBe("ready");
    await client.close();
  });

  it("does not believe a certificate that it has no reason to believe", async () => {
    const game = await startGame();
    const stranger = await refusalOf(connect(game.url, { contracts }));
    expect(stranger).toMatchObject({ code: "UNTRUSTED", mayRetry: false });
    const wrong = game.fingerprint.replace(/^../, game.fingerprint.startsWith("00") ? "01" : "00");
    const pinned = await refusalOf(connect(game.url, { contracts, fingerprint: wrong }));
    expect(pinned.code).toBe("UNTRUSTED");
    expect(pinned.message).toContain(game.fingerprint);
    await until("both to be gone", () => game.server.connectionCount() === 0);
  });

  it("believes an authority, a fingerprint in any spelling, or whoever answers", async () => {
    const game = await startGame();
    const ca = readFileSync(game.server.certificate?.certFile ?? "");
    const bare = game.fingerprint.replaceAll(":", "").toLowerCase();
    for (const trust of [{ ca }, { fingerprint: bare }, { insecure: true }]) {
      const client = await connect(game.url, { contracts, ...trust });
      expect(await client.echo.echo(bytesOf(1))).toMatchObject(bytesOf(1));
      await client.close();
    }
  });

  it("says so when one side speaks TLS and the other does not", async () => {
    const plain = await startGame({ set: { "tls.enabled": false } });
    const tlsToPlain = connect(plain.url.replace("tcp:", "tls:"), { contracts, insecure: true });
    const first = await refusalOf(tlsToPlain);
    expect(first).toMatchObject({ code: "WRONG_TRANSPORT", mayRetry: false });
    expect(first.message).toContain(`try ${plain.url}`);
    const secure = await startGame();
    const plainToTls = connect(secure.url.replace("tls:", "tcp:"), { contracts });
    expect(await refusalOf(plainToTls)).toMatchObject({
      code: "WRONG_TRANSPORT",
      mayRetry: false,
    });
  });

  it("gives up on what is no server of ours", async () => {
    const port = await listening((socket) => void socket.end("SSH-2.0-OpenSSH_9.7\r\n"));
    const refusal = await refusalOf(connect(`tcp://127.0.0.1:${port}`, { contracts }));
    expect(refusal.code).toBe("SERVER_BROKEN");
    const silent = await listening(() => undefined);
    const options = { contracts, helloTimeoutMs: 200 };
    const unheard = await refusalOf(connect(`tcp://127.0.0.1:${silent}`, options));
    expect(unheard.code).toBe("SERVER_SILENT");
  });

  it("takes no options that contradict each other, and no address that is none", async () => {
    const both = connect("tls://127.0.0.1:1", { contracts, insecure: true, fingerprint: "00" });
    await expect(both).rejects.toThrow("one of ca, fingerprint and insecure");
    for (const url of ["http://127.0.0.1:8081", "tls://127.0.0.1", "tcp://h:70000", "8081"]) {
      await expect(connect(url, { contracts })).rejects.toThrow(url);
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(accept: (socket: Socket) => void): Promise<number> {
  const server = createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
