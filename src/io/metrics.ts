/**
 * `/metrics` in Prometheus' text format 0.0.4 and `/health`, over HTTP.
 *
 * Counting costs the host an addition. The text is made when somebody asks for it, on the main
 * thread, in about a millisecond; a thread of its own comes with the I/O threads.
 *
 * `/health` is 200 while every role serves and 503 otherwise: before, while draining, and after.
 * `/views` is what features show of their state, see `views.ts`. Anything else is 404; anything but
 * GET and HEAD is 405.
 */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Counter, Gauge, Registry } from "prom-client";
import { invariant } from "../core/kernel/assert.ts";
import { Counters } from "../core/kernel/counters.ts";
import type { Buckets, CounterEntry } from "../core/kernel/counters.ts";
import { platformCode } from "./completions.ts";
import { StartError } from "./start-error.ts";
import { answerView, isViewPath } from "./views.ts";
import type { ViewsOptions } from "./views.ts";

/** Some entries, and the labels that all of them get. */
export interface MetricsSource {
  /** `reprise_`, or empty for what has a customary name of its own. */
  readonly prefix: string;
  readonly labels: Readonly<Record<string, string>>;
  entries(): Iterable<CounterEntry>;
}

/** What `/health` says of one role. */
export type Health = "starting" | "serving" | "draining" | "stopped";

export interface MetricsOptions {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly sources: () => readonly MetricsSource[];
  readonly health: () => Readonly<Record<string, Health>>;
  readonly views: ViewsOptions;
}

/** A client that says nothing must not hold a connection for long. */
const requestTimeoutMs = 5_000;
const connectionsMax = 64;

export class MetricsServer {
  readonly #options: MetricsOptions;
  readonly #server: Server;
  readonly #counters = new Counters({
    views_total: { help: "Requests for views, by status", kind: "counter" },
  });

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => refuse(response));
    });
    this.#server.requestTimeout = requestTimeoutMs;
    this.#server.headersTimeout = requestTimeoutMs;
    this.#server.maxConnections = connectionsMax;
  }

  /**
   * @returns the port
   * @throws StartError PORT_UNAVAILABLE
   */
  listen(): Promise<number> {
    const { address, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error) => reject(unavailable(address, port, error)));
      this.#server.listen({ host: address, port }, () => {
        this.#server.removeAllListeners("error");
        this.#server.on("error", () => undefined); // of a single connection: its client's affair
        const bound = this.#server.address();
        invariant(typeof bound === "object" && bound !== null, "a listening server has an address");
        resolve(bound.port);
      });
    });
  }

  /** Closes at once, whoever is asking. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = "/"] = (request.url ?? "/").split("?", 1);
    const readOnly = request.method === "GET" || request.method === "HEAD";
    const isView = isViewPath(path);
    if (path !== "/metrics" && path !== "/health" && !isView) {
      return reply(response, 404, "not found\n");
    }
    if (!readOnly) {
      response.setHeader("Allow", "GET, HEAD");
      if (isView) this.#counters.add(`views_total{status="405"}`);
      return reply(response, 405, "only GET and HEAD\n");
    }
    if (isView) return this.#answerView(path, request, response);
    if (path === "/health") return this.#answerHealth(response);
    const own = { prefix: "reprise_", labels: {}, entries: () => this.#counters.entries() };
    const registry = registryOf([...this.#options.sources(), own]);
    response.setHeader("Content-Type", registry.contentType);
    return reply(response, 200, await registry.metrics());
  }

  #answerView(path: string, request: IncomingMessage, response: ServerResponse): void {
    const asked = { path, peer: request.socket.remoteAddress, host: request.headers.host };
    const { status, body } = answerView(asked, this.#options.views);
    this.#counters.add(`views_total{status="${status}"}`);
    if (status === 200) response.setHeader("Content-Type", "application/json; charset=utf-8");
    return reply(response, status, body);
  }

  #answerHealth(response: ServerResponse): void {
    const roles = this.#options.health();
    const serving = Object.values(roles).every((health) => health === "serving");
    response.setHeader("Content-Type", "application/json; charset=utf-8");
    const status = serving ? "ok" : "unavailable";
    return reply(response, serving ? 200 : 503, `${JSON.stringify({ status, roles })}\n`);
  }
}

/** Whoever asks may not end the server: what cannot be read now is asked for again later. */
function refuse(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else reply(response, 500, "cannot be read at the moment\n");
}

function reply(response: ServerResponse, status: number, body: string): void {
  if (!response.hasHeader("Content-Type")) {
    response.setHeader("Content-Type", "text/plain; charset=utf-8");
  }
  response.setHeader("Cache-Control", "no-store");
  response.writeHead(status).end(body);
}

/** One metric of the text: a name with all its label sets. */
interface Family {
  readonly help: string;
  readonly kind: CounterEntry["kind"];
  readonly labelNames: Set<string>;
  readonly values: {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
    readonly buckets: Buckets | undefined;
  }[];
}

/** All sources as one registry. Equal names of different sources are one metric. */
function registryOf(sources: readonly MetricsSource[]): Registry {
  const families = new Map<string, Family>();
  for (const source of sources) {
    for (const entry of source.entries()) {
      const name = source.prefix + entry.name;
      let family = families.get(name);
      if (family === undefined) {
        const { help, kind } = entry;
        family = { help, kind, labelNames: new Set(), values: [] };
        families.set(name, family);
      }
      const labels = { ...entry.labels, ...source.labels };
      for (const label of Object.keys(labels)) family.labelNames.add(label);
      family.values.push({ labels, value: entry.value, buckets: entry.buckets });
    }
  }
  const registry = new Registry();
  for (const [name, { help, kind, labelNames, values }] of families) {
    const options = { name, help, labelNames: [...labelNames], registers: [registry] };
    if (kind === "histogram") {
      registry.registerMetric(histogram(name, help, values));
    } else if (kind === "counter") {
      const counter = new Counter(options);
      for (const { labels, value } of values) counter.inc(labels, value);
    } else {
      const gauge = new Gauge(options);
      for (const { labels, value } of values) gauge.inc(labels, value);
    }
  }
  return registry;
}

/**
 * A histogram whose values were counted elsewhere, which prom-client's own class does not take: it
 * asks a metric for no more than its name and `get`.
 */
function histogram(name: string, help: string, values: Family["values"]): Gauge {
  const samples = values.flatMap(({ labels, value, buckets }) => {
    const { bounds, counts, sum } = buckets ?? { bounds: [], counts: [], sum: 0 };
    let within = 0;
    const rows = bounds.map((le, index) => {
      within += counts[index] ?? 0;
      return { labels: { ...labels, le: String(le) }, value: within, metricName: `${name}_bucket` };
    });
    return [
      ...rows,
      { labels: { ...labels, le: "+Inf" }, value, metricName: `${name}_bucket` },
      { labels, value: sum, metricName: `${name}_sum` },
      { labels, value, metricName: `${name}_count` },
    ];
  });
  const get = async () => ({ name, help, type: "histogram", values: samples, aggregator: "sum" });
  return { name, get } as unknown as Gauge;
}

function unavailable(address: string, port: number, error: Error): StartError {
  const code = platformCode(error);
  const what = code === "EADDRINUSE" ? "is already in use" : `cannot be listened on (${code})`;
  return new StartError(
    "PORT_UNAVAILABLE",
    `metrics: ${address}:${port} ${what}; ` +
      `stop what uses it or choose another port: --set metrics.port=${port + 10}`,
  );
}
