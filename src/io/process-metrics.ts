/**
 * What the operating system and Node tell about this process, sampled once a second: rates and
 * delays belong to a second, and scraping more often gives nothing new.
 */
import { constants, performance, PerformanceObserver } from "node:perf_hooks";

import type { CounterEntry } from "../core/kernel/counters.ts";

const sampleEveryMs = 1_000;
/** Coarse on purpose: each probe wakes the process, and an idle server should idle. */
const probeEveryMs = 20;

const gcKinds: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
  [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, "weak"],
]);

interface Sample {
  readonly cpuRatio: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly loopUtilization: number;
  readonly loopDelayP50Seconds: number;
  readonly loopDelayP99Seconds: number;
  readonly loopDelayMaxSeconds: number;
}

export class ProcessMetrics {
  /**
   * How late each probe of the second was, milliseconds. Node's own histogram does not see the
   * interval after its reset, and that one may be the bad one.
   */
  readonly #delays: number[] = [];
  readonly #gc = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) this.#paused(entry);
  });
  readonly #gcPauses = new Map<string, { count: number; seconds: number }>();
  readonly #onSample: () => void;
  #timers: readonly NodeJS.Timeout[] = [];
  #probedAt = performance.now();
  #cpu = process.cpuUsage();
  #cpuAt = performance.now();
  #loop = performance.eventLoopUtilization();
  #memory = { rss: 0, heapUsed: 0, external: 0 };
  #memorySkipped = 0;
  #sample: Sample = this.#measure();

  /** @param onSample is called with every sample, for others who keep a second's figures */
  constructor(onSample: () => void = () => undefined) {
    this.#onSample = onSample;
  }

  /** Begins to sample. Keeps no process alive. */
  start(): void {
    this.#probedAt = performance.now();
    this.#gc.observe({ entryTypes: ["gc"] });
    this.#timers = [
      setInterval(() => this.#probed(), probeEveryMs).unref(),
      setInterval(() => this.#tick(), sampleEveryMs).unref(),
    ];
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#gc.disconnect();
  }

  *entries(): Generator<CounterEntry> {
    const sample = this.#sample;
    const { user, system } = process.cpuUsage();
    const cpu = "process_cpu_seconds_total";
    const cpuHelp = "CPU time of this process";
    yield counter(cpu, cpuHelp, user / 1e6, { mode: "user" });
    yield counter(cpu, cpuHelp, system / 1e6, { mode: "system" });
    yield gauge("process_cpu_ratio", "Cores in use over the last second", sample.cpuRatio);
    yield gauge("process_resident_memory_bytes", "Resident memory", sample.residentBytes);
    yield gauge("process_heap_bytes", "JavaScript heap in use", sample.heapBytes);
    yield gauge(
      "process_external_memory_bytes",
      "Buffers outside of the heap",
      sample.externalBytes,
    );
    yield counter(
      "process_memory_samples_skipped_total",
      "Seconds whose memory could not be read, for want of file descriptors for example",
      this.#memorySkipped,
    );
    yield gauge("process_uptime_seconds", "Time since the process began", process.uptime());
    yield gauge(
      "nodejs_event_loop_utilization_ratio",
      "Share of the last second in which the event loop did not wait",
      sample.loopUtilization,
    );
    const delay = "nodejs_event_loop_delay_seconds";
    const delayHelp = "How late the event loop was over the last second";
    yield gauge(delay, delayHelp, sample.loopDelayP50Seconds, { at: "p50" });
    yield gauge(delay, delayHelp, sample.loopDelayP99Seconds, { at: "p99" });
    yield gauge(delay, delayHelp, sample.loopDelayMaxSeconds, { at: "max" });
    for (const [kind, { count, seconds }] of this.#gcPauses) {
      yield counter("nodejs_gc_pauses_total", "Garbage collections", count, { kind });
      yield counter("nodejs_gc_pause_seconds_total", "Time in garbage collections", seconds, {
        kind,
      });
    }
  }

  #tick(): void {
    this.#sample = this.#measure();
    this.#onSample();
  }

  #measure(): Sample {
    const now = performance.now();
    const elapsedMicros = Math.max(1, (now - this.#cpuAt) * 1_000);
    const { user, system } = process.cpuUsage(this.#cpu);
    const loop = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(loop, this.#loop);
    const { rss, heapUsed, external } = this.#measureMemory();
    const delays = this.#delays.toSorted((a, b) => a - b);
    const delaySeconds = (share: number): number =>
      (delays[Math.ceil(share * delays.length) - 1] ?? 0) / 1_000;
    const sample: Sample = {
      cpuRatio: (user + system) / elapsedMicros,
      residentBytes: rss,
      heapBytes: heapUsed,
      externalBytes: external,
      loopUtilization: Number.isFinite(utilization) ? utilization : 0,
      loopDelayP50Seconds: delaySeconds(0.5),
      loopDelayP99Seconds: delaySeconds(0.99),
      loopDelayMaxSeconds: delaySeconds(1),
    };
    this.#cpu = process.cpuUsage();
    this.#cpuAt = now;
    this.#loop = loop;
    this.#delays.length = 0;
    return sample;
  }

  /** The last figures where the system does not tell: on Linux they are read from a file. */
  #measureMemory(): Pick<NodeJS.MemoryUsage, "rss" | "heapUsed" | "external"> {
    try {
      this.#memory = process.memoryUsage();
    } catch {
      this.#memorySkipped += 1;
    }
    return this.#memory;
  }

  #probed(): void {
    const now = performance.now();
    this.#delays.push(Math.max(0, now - this.#probedAt - probeEveryMs));
    this.#probedAt = now;
  }

  #paused(entry: PerformanceEntry): void {
    const { detail } = entry as PerformanceEntry & { readonly detail?: { readonly kind?: number } };
    const kind = gcKinds.get(detail?.kind ?? -1) ?? "other";
    const pauses = this.#gcPauses.get(kind) ?? { count: 0, seconds: 0 };
    pauses.count += 1;
    pauses.seconds += entry.duration / 1_000;
    this.#gcPauses.set(kind, pauses);
  }
}

type Labels = CounterEntry["labels"];

const counter = (name: string, help: string, value: number, labels: Labels = {}): CounterEntry => ({
  name,
  help,
  value,
  labels,
  kind: "counter",
});

const gauge = (name: string, help: string, value: number, labels: Labels = {}): CounterEntry => ({
  name,
  help,
  value,
  labels,
  kind: "gauge",
});
