import { describe, expect, it } from "vitest";
import type { RequestId, SocketId } from "../../../src/core/contract.ts";
import { Performers } from "../../../src/sim/calls.ts";
import { Decisions } from "../../../src/sim/decisions.ts";
import type { Decision } from "../../../src/sim/decisions.ts";
import { FaultCounters } from "../../../src/sim/faults.ts";
import { IoLoop } from "../../../src/sim/loop.ts";
import { Network } from "../../../src/sim/network/network.ts";
import { Stream } from "../../../src/sim/network/stream.ts";
import { calmOptions } from "../../../src/sim/options.ts";
import type { Ending } from "../../../src/sim/process/node.ts";
import { SimulatedNode } from "../../../src/sim/process/node.ts";
import type { ProcessEnd } from "../../../src/sim/process/process.ts";
import { Scheduler } from "../../../src/sim/scheduler.ts";
import { RecordingHost } from "../../conformance/recording-host.ts";

/** A node whose hosts only write down what they are told, and clients on its network. */
const setUp = (plan: Readonly<Record<string, Decision>> = {}) => {
  const scheduler = new Scheduler();
  const faults = new FaultCounters();
  const decisions = Decisions.planned(new Map(Object.entries(plan)));
  const common = { scheduler, decisions, faults };
  const hosts: RecordingHost[] = [];
  const ends: [ProcessEnd["type"], Ending | null][] = [];
  const options = { ...calmOptions, server: { ...calmOptions.server, security: "plain" as const } };
  const nobody = (): undefined => undefined;
  const node = new SimulatedNode({
    ...common,
    name: "server",
    options,
    performers: new Performers({ ...common, name: "calls", options: options.calls }, {}),
    entropy: [1, 2, 3, 4],
    plaintextReply: new Uint8Array(1),
    observer: {
      opened: nobody,
      handshakeFailed: nobody,
      received: nobody,
      written: nobody,
      closed: nobody,
    },
    events: {
      started: nobody,
      ended: (end, ending) => ends.push([end.type, ending]),
      logged: nobody,
      listening: nobody,
      turned: nobody,
      asked: nobody,
    },
    makeHost: ({ syscalls, producers }) => {
      const host = new RecordingHost(syscalls, producers);
      hosts.push(host);
      return host;
    },
  });
  const network = new Network({ ...common, options: options.network });
  let clients = 0;
  const client = () => {
    const name = `${String((clients += 1))}.1`;
    const seen: string[] = [];
    let stream: Stream | null = null;
    network.connect(
      { name, remote: `10.0.0.1:${String(40_000 + clients)}`, target: node.machine },
      {
        failed: (code) => seen.push(code),
        connected: (link) => {
          seen.push("connected");
          const loop = new IoLoop(scheduler, () => 10, nobody);
          stream = new Stream(
            { scheduler, loop, endpoint: link.client, secure: null, allowHalfOpen: true },
            {
              data: (bytes) => seen.push(`${String(bytes.length)} bytes`),
              end: () => seen.push("end"),
              close: (code) => seen.push(`close ${String(code)}`),
              written: nobody,
              secured: nobody,
              insecure: nobody,
            },
          ).open();
        },
      },
    );
    return { seen, write: (bytes: Uint8Array) => stream?.write(bytes) };
  };
  const pass = (micros = 10_000): void => scheduler.runUntil(scheduler.nowMicros + micros);
  const host = (): RecordingHost => {
    const last = hosts.at(-1);
    if (last === undefined) throw new Error("no process has started");
    return last;
  };
  node.start();
  pass();
  return { node, hosts, host, ends, client, pass, faults };
};

const socket = 1 as SocketId;

describe("a simulated process", () => {
  it("has its sockets closed by the kernel when it is killed, and its files kept", () => {
    const { node, host, ends, client, pass, faults } = setUp();
    const quiet = client();
    const busy = client();
    pass();
    const { syscalls } = host();
    const bytes = Uint8Array.of(7);
    syscalls.file(1 as RequestId, { type: "write", path: "f", offset: 0, bytes });
    pass();
    syscalls.pauseReading(2 as SocketId);
    // What the process has read belongs to it; only what its kernel still has makes a reset.
    busy.write(new Uint8Array(400_000));
    pass();
    node.end("crash");
    pass();
    expect(ends).toEqual([["killed", "crash"]]);
    expect(quiet.seen).toEqual(["connected", "end"]);
    expect(busy.seen).toEqual(["connected", "close ECONNRESET"]);
    expect(node.disk.read("f")).toEqual(bytes);
    expect(faults.counts["process.crash"]).toBe(1);
  });

  it("leaves its peers in the dark when the machine loses its power", () => {
    const { node, client, pass, host } = setUp();
    const peer = client();
    pass();
    const bytes = Uint8Array.of(7);
    host().syscalls.file(1 as RequestId, { type: "write", path: "f", offset: 0, bytes });
    pass();
    node.end("power-loss");
    peer.write(Uint8Array.of(1));
    const late = client();
    pass(500_000);
    expect(peer.seen).toEqual(["connected"]);
    expect(late.seen).toEqual([]);
    expect(node.disk.paths()).toEqual([]);
    pass(2_000_000);
    expect(peer.seen).toEqual(["connected", "close ECONNRESET"]);
  });

  it("is started again, and refuses connections meanwhile", () => {
    const { node, hosts, client, pass } = setUp();
    node.end("crash");
    const early = client();
    pass();
    expect(early.seen).toEqual(["ECONNREFUSED"]);
    pass(2_000_000);
    expect(hosts.length).toBe(2);
    expect(node.starts).toBe(2);
    const late = client();
    pass();
    expect(late.seen).toEqual(["connected"]);
  });

  it("dies between two system calls: what it does afterwards does nothing", () => {
    const { node, host, ends, client, pass } = setUp();
    const peer = client();
    pass();
    const { syscalls } = host();
    node.end("crash-in-turn", 2);
    expect(ends).toEqual([]);
    syscalls.write(socket, Uint8Array.of(1));
    syscalls.write(socket, Uint8Array.of(2));
    syscalls.write(socket, Uint8Array.of(3));
    expect(ends).toEqual([["killed", "crash-in-turn"]]);
    syscalls.exit(0, "a ghost");
    pass();
    expect(ends.length).toBe(1);
    expect(peer.seen).toEqual(["connected", "2 bytes", "end"]);
  });

  it("gives a host that throws no further call", () => {
    const { node, hosts, ends, pass } = setUp();
    const [first] = hosts;
    if (first === undefined) throw new Error("no process has started");
    const turns = first.turns.length;
    first.turn = () => {
      throw new TypeError("a bug");
    };
    node.process?.drain();
    pass();
    expect(ends).toEqual([["threw", null]]);
    expect(first.turns.length).toBe(turns);
    pass(2_000_000);
    expect(hosts.length).toBe(2);
  });
});
