/** The load tool against the real server: what it opens, sends, counts and judges. */
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseTarget } from "../../../src/client/target.ts";
import { ping } from "../../../src/load/ping.ts";
import { runLoad } from "../../../src/load/run.ts";
import type { RequestLoadOptions } from "../../../src/load/run.ts";
import type { Progress } from "../../../src/load/scenario.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import { until } from "../../support/condition.ts";
import { reprise } from "../../support/command-line.ts";
import { startGame } from "../../support/game-server.ts";
import { serve } from "../../support/served.ts";
import { scrape } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const defaults: Omit<RequestLoadOptions, "target"> = {
  scenario: ping,
  lengthEndian: "little",
  clients: 20,
  ratePerSecond: 40,
  seconds: 1,
  requestTimeoutMs: 10_000,
  connectTimeoutMs: 20_000,
  seed: [1, 2, 3, 4],
};

describe("a load", () => {
  it("[PRJ-05] really opens every client, and sends to the second what it was asked to", async () => {
    const { server, url } = await startGame();
    let connections = 0;
    const phases = new Set<Progress["phase"]>();
    const sampled = setInterval(() => {
      connections = Math.max(connections, server.connectionCount());
    }, 5);
    onTestFinished(() => clearInterval(sampled));
    const target = parseTarget(url, { kind: "nobody" });
    const result = await runLoad({ ...defaults, target, seconds: 1.5 }, ({ phase }) =>
      phases.add(phase),
    );
    expect(result).toMatchObject({
      scenario: "ping",
      clients: 20,
      connected: 20,
      sent: 1_200,
      received: 1_200,
      errors: {},
      disconnects: 0,
      reconnects: 0,
      rate: { offered: 800 },
      notConnectedBecause: null,
    });
    expect(connections).toBe(20);
    expect(phases).toContain("sending");
    const { p50, p95, p99, max } = result.latencyMs;
    expect([p50, p95, p99, max].toSorted((left, right) => left - right)).toEqual([
      p50,
      p95,
      p99,
      max,
    ]);
    expect(p50).toBeGreaterThan(0);
    expect(result.clientCpuPercent).toBeGreaterThan(0);
  });

  it("[WIRE-13] reports the mean size of its packets, which is a hundred bytes", async () => {
    const { url } = await startGame();
    const target = parseTarget(url, { kind: "nobody" });
    const { bytesPerPacketMean } = await runLoad({ ...defaults, target }, () => undefined);
    expect(bytesPerPacketMean).toBeGreaterThan(90);
    expect(bytesPerPacketMean).toBeLessThan(110);
  });

  it("[WIRE-13] reports the mean size of a packet, which is what the server has counted", async () => {
    const { server, url } = await startGame();
    const target = parseTarget(url, { kind: "nobody" });
    const result = await runLoad({ ...defaults, target, clients: 10 }, () => undefined);
    expect(result).toMatchObject({ sent: 400, received: 400, errors: {} });
    const metrics = await scrape(server.metricsPort ?? 0);
    const counted = (name: string): number => metrics.sum(`reprise_${name}_total`) ?? Number.NaN;
    const packets = counted("packets_received") + counted("packets_sent");
    const bytes = counted("bytes_received") + counted("bytes_sent");
    // Each message and its answer, and the greetings.
    expect(packets).toBe(2 * 400 + 2 * 10);
    expect(result.bytesPerPacketMean).toBe(Math.round((bytes * 1_000) / packets) / 1_000);
  });

  it("[PRJ-05] counts a stall of the server against every message that was due in it", async () => {
    const stallMs = 400;
    const { url } = await startGame();
    const target = parseTarget(url, { kind: "nobody" });
    // The server lives in this very thread, and so does the load: both stand still.
    const stall = setTimeout(() => {
      const end = performance.now() + stallMs;
      while (performance.now() < end);
    }, 600);
    onTestFinished(() => clearTimeout(stall));
    const result = await runLoad({ ...defaults, target }, () => undefined);
    expect(result).toMatchObject({ sent: 800, received: 800 });
    // A closed loop would have sent one message a client into the stall: 20 of 800, or 2.5 %.
    expect(result.latencyMs.p95).toBeGreaterThan(stallMs / 2);
    expect(result.sendLagMs.max).toBeGreaterThan(stallMs / 2);
  });

  it("counts errors by their kind", async () => {
    const { url } = await startGame({
      set: { "edge.packetsPerSecond": 10, "edge.packetsBurst": 20 },
    });
    const target = parseTarget(url, { kind: "nobody" });
    const options = { ...defaults, target, clients: 3 };
    const { sent, received, errors } = await runLoad(options, () => undefined);
    expect(sent).toBe(120);
    expect(received).toBeGreaterThanOrEqual(60);
    // Every one of them has its own outcome, though the server tells those of a second together.
    expect(Object.keys(errors)).toEqual(["RATE_LIMITED"]);
    expect(received + (errors["RATE_LIMITED"] ?? 0)).toBe(120);
  });

  it("finds an echo that is another than what was sent", () => {
    const turn = { client: 3, round: 3 };
    const sent: unknown[] = [];
    const machine = { request: (...args: unknown[]) => sent.push(...args) };
    ping.ask(machine as never, turn, 0 as never);
    const { bytes } = sent[2] as { bytes: Uint8Array };
    const echoed = bytes.slice();
    expect(ping.check(turn, { bytes: echoed })).toBeNull();
    expect(ping.check({ client: 3, round: 7 }, { bytes: echoed })).toBe("WRONG_ECHO");
    expect(ping.check(turn, { bytes: echoed.slice(1) })).toBe("WRONG_ECHO");
  });
});

/** What of a journal is no space that waits for blocks. */
const writtenTo = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => {
    const bytes = readFileSync(join(folder, name));
    return sum + bytes.findLastIndex((byte) => byte !== 0) + 1;
  }, 0);

const load = (dataDir: string, ...argv: string[]) =>
  reprise(
    ...["load", "--data-dir", dataDir, "--clients", "10", "--rate", "20", "--seconds", "0.5"],
    ...argv,
  );

describe("reprise load", () => {
  it("finds the server and its certificate by itself, and prints one object", async () => {
    const { dataDir } = await startGame();
    const { code, out, err } = await load(dataDir, "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const result = JSON.parse(out) as LoadResult;
    expect(Object.keys(result)).toEqual([
      ...["scenario", "clients", "seconds", "connected", "sent", "received", "errors"],
      ...["disconnects", "reconnects", "rate", "latencyMs", "sendLagMs", "bytesPerPacketMean"],
      ...["seenMin", "seenMean", "viewMismatches", "viewNotes", "clientCpuPercent"],
      "notConnectedBecause",
    ]);
    expect(result).toMatchObject({ connected: 10, sent: 100, received: 100 });
    const text = await load(dataDir);
    expect(text.out).toMatch(/10 of 10 connected/);
    expect(text.out).toMatch(/errors +none/);
  });

  it("takes a target and an authority, and is not fooled", async () => {
    const { dataDir, url, server } = await startGame();
    const elsewhere = temporaryFolder();
    const ca = server.certificate?.certFile ?? "";
    expect((await load(elsewhere, "--target", url, "--ca", ca)).code).toBe(0);
    expect((await load(elsewhere, "--target", url, "--insecure")).code).toBe(0);
    expect((await load(dataDir, "--target", url)).code).toBe(0);
    const wary = await load(elsewhere, "--target", url, "--json");
    expect(wary.code).toBe(1);
    expect(wary.err).toContain("only 0 of 10 clients got in");
    expect(JSON.parse(wary.out)).toMatchObject({ connected: 0, sent: 0 });
  });

  it("[WIRE-02] speaks big-endian lengths to a server that does", async () => {
    const { dataDir } = await startGame({ set: { "host.lengthEndian": "big" } });
    const { code, out } = await load(dataDir, "--length-endian", "big", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ received: 100 });
    expect((await load(dataDir, "--length-endian", "middle")).code).toBe(2);
    const other = await load(dataDir, "--connect-seconds", "1");
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/broke \(\w+\) before any answer; .* the other --length-endian/);
  });

  it("fails when a limit is broken, and names it", async () => {
    const { dataDir } = await startGame();
    const slow = await load(dataDir, "--max-p99-ms", "0");
    expect(slow.code).toBe(1);
    expect(slow.err).toMatch(/the 99th percentile is [\d.]+ ms, above 0 ms/);
    expect((await load(dataDir, "--max-p99-ms", "20000")).code).toBe(0);
  });

  it("fails when nobody serves, or does not greet, and on bad usage", async () => {
    const nowhere = temporaryFolder();
    const none = await load(nowhere);
    expect(none.code).toBe(1);
    expect(none.err).toContain("no server runs");
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void mute.close());
    const url = `tcp://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const unheard = await load(nowhere, "--target", url, "--connect-seconds", "0.3");
    expect(unheard.code).toBe(1);
    expect(unheard.err).toContain("only 0 of 10 clients got in: no answer in time");
    expect((await load(nowhere, "--scenario", "pingg")).err).toContain("did you mean ping?");
    expect((await load(nowhere, "--client", "3")).code).toBe(2);
    expect((await load(nowhere, "--ca", "x", "--insecure")).code).toBe(2);
    expect((await load(nowhere, "--target", "nonsense", "--insecure")).code).toBe(2);
  });

  it("reports links that a kill breaks, and goes on when the server is back", async () => {
    const dataDir = temporaryFolder();
    const first = await serve(dataDir);
    const port = Number(new URL(first.url).port);
    const argv = ["--clients", "10", "--rate", "20", "--seconds", "4", "--json"];
    const running = reprise("load", "--data-dir", dataDir, "--allow-disconnects", ...argv);
    await until("the load to run", () => writtenTo(`${dataDir}/game/journal`) > 20_000, 20_000);
    await first.kill();
    await serve(dataDir, port);
    const { code, out } = await running;
    const result = JSON.parse(out) as LoadResult;
    expect(result).toMatchObject({ connected: 10, sent: 800, disconnects: 10, reconnects: 10 });
    const failed = Object.values(result.errors).reduce((sum, count) => sum + count, 0);
    expect(result.received + failed).toBe(800);
    expect(Object.keys(result.errors).filter((kind) => kind !== "CONNECTION_LOST")).toEqual([]);
    expect(code).toBe(0);
    const replayed = await reprise("replay", dataDir, "--check", "--json");
    expect(JSON.parse(replayed.out)).toMatchObject({ diverged: null });
    expect(replayed.code).toBe(0);
  });
});
