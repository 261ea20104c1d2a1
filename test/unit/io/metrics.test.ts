import { connect } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { Counters } from "../../../src/core/kernel/counters.ts";
import { MetricsServer } from "../../../src/io/metrics.ts";
import type { Health, MetricsSource } from "../../../src/io/metrics.ts";
import { ProcessMetrics } from "../../../src/io/process-metrics.ts";
import { StartError } from "../../../src/io/start-error.ts";
import { until } from "../../support/condition.ts";
import { parseExposition } from "../../support/prometheus.ts";

const noViews = { isOn: true, sources: () => ({}) };

interface Served {
  readonly port: number;
  readonly health: Record<string, Health>;
  get(path: string, init?: RequestInit): Promise<Response>;
}

async function serve(sources: readonly MetricsSource[]): Promise<Served> {
  const health: Record<string, Health> = { game: "serving" };
  const server = new MetricsServer({
    address: "127.0.0.1",
    port: 0,
    sources: () => sources,
    health: () => health,
    views: noViews,
  });
  const port = await server.listen();
  onTestFinished(() => server.close());
  const get = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, init);
  return { port, health, get };
}

const source = (role: string, fill: (counters: Counters) => void): MetricsSource => {
  const counters = new Counters({
    packets_total: { help: 'Packets, "all" of them\nand \\ more', kind: "counter" },
    connections_open: { help: "Open connections", kind: "gauge" },
  });
  fill(counters);
  return { prefix: "reprise_", labels: { role }, entries: () => counters.entries() };
};

it("[MON-03] /metrics is text format 0.0.4 with every counter of every role", async () => {
  const { get } = await serve([
    source("login", (counters) => counters.add("packets_total", 5)),
    source("game", (counters) => {
      counters.add('packets_total{reason="a \\"b\\" \\\\ \\n c"}', 7);
      counters.add('packets_total{type="1053"}', 2);
      counters.set("connections_open", 3);
    }),
  ]);
  const response = await get("/metrics");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const { samples, types, sum } = parseExposition(await response.text());
  expect(types.get("reprise_packets_total")).toBe("counter");
  expect(types.get("reprise_connections_open")).toBe("gauge");
  expect(sum("reprise_packets_total", { role: "login" })).toBe(5);
  expect(sum("reprise_packets_total", { role: "game" })).toBe(9);
  expect(sum("reprise_packets_total", { reason: 'a "b" \\ \n c' })).toBe(7);
  expect(sum("reprise_connections_open", { role: "game" })).toBe(3);
  expect(sum("reprise_connections_open", { role: "login" })).toBe(0);
  // Theirs, and the listener's own of views.
  expect(samples).toHaveLength(5 + 1);
});

it("[MON-03] a histogram is told by buckets, sum and count, of every role", async () => {
  const histogram = (role: string, values: readonly number[]): MetricsSource => {
    const counters = new Counters({
      delay_seconds: { help: "How late", kind: "histogram", bounds: [0.1, 1] },
    });
    for (const value of values) counters.observe("delay_seconds", value);
    return { prefix: "reprise_", labels: { role }, entries: () => counters.entries() };
  };
  const { get } = await serve([histogram("game", [0.05, 0.5, 3]), histogram("login", [])]);
  const text = await (await get("/metrics")).text();
  const lines = text.split("\n").filter((line) => line.includes("delay_seconds"));
  expect(lines.slice(0, 7)).toEqual([
    "# HELP reprise_delay_seconds How late",
    "# TYPE reprise_delay_seconds histogram",
    'reprise_delay_seconds_bucket{role="game",le="0.1"} 1',
    'reprise_delay_seconds_bucket{role="game",le="1"} 2',
    'reprise_delay_seconds_bucket{role="game",le="+Inf"} 3',
    'reprise_delay_seconds_sum{role="game"} 3.55',
    'reprise_delay_seconds_count{role="game"} 3',
  ]);
  expect(lines.at(-1)).toBe('reprise_delay_seconds_count{role="login"} 0');
});

it("[MON-03] every scrape shows the counters as they are then", async () => {
  const counters = new Counters({ packets_total: { help: "Packets", kind: "counter" } });
  const { get } = await serve([
    { prefix: "reprise_", labels: { role: "game" }, entries: () => counters.entries() },
  ]);
  for (const expected of [10, 25]) {
    counters.add("packets_total", expected - counters.get("packets_total"));
    const text = await (await get("/metrics")).text();
    expect(parseExposition(text).sum("reprise_packets_total")).toBe(expected);
  }
});

it("[MON-03] /health is 200 while every role serves, else 503", async () => {
  const { get, health } = await serve([]);
  const look = async (): Promise<readonly [number, unknown]> => {
    const response = await get("/health");
    return [response.status, await response.json()];
  };
  expect(await look()).toEqual([200, { status: "ok", roles: { game: "serving" } }]);
  health["login"] = "starting";
  expect(await look()).toEqual([
    503,
    { status: "unavailable", roles: { game: "serving", login: "starting" } },
  ]);
  health["login"] = "serving";
  expect((await look())[0]).toBe(200);
  health["game"] = "draining";
  expect((await look())[0]).toBe(503);
});

it("[MON-03] anything else is 404, and anything but reading is 405", async () => {
  const { get } = await serve([]);
  for (const path of ["/", "/metrics/json", "/healthz", "/metrics/", "/../metrics2", "//metrics"]) {
    expect([path, (await get(path)).status]).toEqual([path, 404]);
  }
  expect((await get("/metrics?x=1")).status).toBe(200);
  const posted = await get("/metrics", { method: "POST", body: "x" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  const head = await get("/health", { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

it("[MON-03] a port in use is told with what to set", async () => {
  const { port } = await serve([]);
  const second = new MetricsServer({
    address: "127.0.0.1",
    port,
    sources: () => [],
    health: () => ({}),
    views: noViews,
  });
  const error = await second.listen().then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  expect((error as StartError).message).toBe(
    `metrics: 127.0.0.1:${port} is already in use; ` +
      `stop what uses it or choose another port: --set metrics.port=${port + 10}`,
  );
});

it("[MON-03] a client that hangs does not keep the server from closing", async () => {
  const server = new MetricsServer({
    address: "127.0.0.1",
    port: 0,
    sources: () => [],
    health: () => ({}),
    views: noViews,
  });
  const client = connect(await server.listen(), "127.0.0.1");
  client.on("error", () => undefined);
  let closed = false;
  client.on("close", () => (closed = true));
  client.write("GET /metrics HT");
  await until("the client to be connected", () => client.readyState === "open");
  await server.close();
  await until("the client to be closed", () => closed);
  expect(client.bytesRead).toBe(0);
});

it("[MON-02] the process's own figures are plausible and move once a second", async () => {
  type Sample = ReadonlyMap<string, number>;
  const samples: Sample[] = [];
  const read = (): Sample => {
    const sums = new Map<string, number>();
    for (const { name, value } of metrics.entries()) sums.set(name, (sums.get(name) ?? 0) + value);
    return sums;
  };
  const metrics = new ProcessMetrics(() => samples.push(read()));
  metrics.start();
  onTestFinished(() => metrics.stop());
  const before = read();
  expect(before.get("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  expect(before.get("process_cpu_seconds_total")).toBeGreaterThan(0);
  const busyUntil = performance.now() + 400;
  while (performance.now() < busyUntil) {
    // Makes a second of much work and of one long wait.
  }
  const someSample = (name: string, least: number) => (): boolean =>
    samples.some((sample) => (sample.get(name) ?? 0) > least);
  await until("a long delay", someSample("nodejs_event_loop_delay_seconds", 0.3));
  await until("a busy loop", someSample("nodejs_event_loop_utilization_ratio", 0.3));
  await until(
    "a quiet second",
    () => (samples.at(-1)?.get("nodejs_event_loop_delay_seconds") ?? 1) < 0.3,
  );
  expect(read().get("process_cpu_seconds_total")).toBeGreaterThan(
    before.get("process_cpu_seconds_total") ?? Infinity,
  );
  for (const sample of samples) {
    expect(sample.get("nodejs_event_loop_utilization_ratio")).toBeLessThanOrEqual(1);
  }
});

it("[MON-02] the process's own figures pass the text format, too", async () => {
  const metrics = new ProcessMetrics();
  metrics.start();
  onTestFinished(() => metrics.stop());
  const { get } = await serve([{ prefix: "", labels: {}, entries: () => metrics.entries() }]);
  const { sum, types } = parseExposition(await (await get("/metrics")).text());
  expect(types.get("process_cpu_seconds_total")).toBe("counter");
  expect(sum("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  expect(sum("nodejs_event_loop_delay_seconds", { at: "p99" })).toBeGreaterThanOrEqual(0);
});

it("[NET-17] memory that cannot be read keeps its last figures and is counted", () => {
  const metrics = new ProcessMetrics();
  const valueOf = (name: string): number | undefined =>
    [...metrics.entries()].find((entry) => entry.name === name)?.value;
  const before = valueOf("process_resident_memory_bytes");
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  vi.spyOn(process, "memoryUsage").mockImplementation(() => {
    throw new Error("EMFILE: process.memoryUsage");
  });
  metrics.start();
  vi.advanceTimersByTime(2_000);
  metrics.stop();
  expect(before).toBeGreaterThan(0);
  expect(valueOf("process_resident_memory_bytes")).toBe(before);
  expect(valueOf("process_memory_samples_skipped_total")).toBe(2);
});

it("[NET-17] a source that throws costs its asker an answer and nobody anything else", async () => {
  const broken: MetricsSource = {
    prefix: "",
    labels: {},
    entries: () => {
      throw new Error("EMFILE");
    },
  };
  const { get } = await serve([broken]);
  expect((await get("/metrics")).status).toBe(500);
  expect((await get("/health")).status).toBe(200);
});
