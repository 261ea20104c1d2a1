/** A sender that waits for room in a window that is full, for bytes or for its end. */
import { beforeEach, describe, expect, it } from "vitest";
import { Decisions } from "../../../../src/sim/decisions.ts";
import { FaultCounters } from "../../../../src/sim/faults.ts";
import { Link } from "../../../../src/sim/network/link.ts";
import { calmOptions } from "../../../../src/sim/options.ts";
import { Scheduler } from "../../../../src/sim/scheduler.ts";

const second = 1_000_000;
const windowBytes = 1_000;

let scheduler: Scheduler;
let link: Link;

beforeEach(() => {
  scheduler = new Scheduler();
  const decisions = Decisions.planned(new Map());
  const options = { ...calmOptions.network, receiveBufferBytes: windowBytes, giveUpMicros: second };
  link = new Link({ scheduler, decisions, faults: new FaultCounters(), options }, "1.1");
});

function pass(micros = 60 * second): void {
  scheduler.runUntil(scheduler.nowMicros + micros);
}

/** Reads all that has come, and says whether the end was behind it. */
function readAll(): { readonly bytes: number; readonly hasEnded: boolean } {
  let bytes = 0;
  for (let read = link.server.receive(400); read !== null; read = link.server.receive(400)) {
    bytes += read.length;
    pass(1_000);
  }
  return { bytes, hasEnded: link.server.hasEnded };
}

/** All that fits is there, and so much more waits, and the end behind it. */
function waiting(bytes: number): void {
  link.client.send(new Uint8Array(windowBytes + bytes));
  link.client.shutdown();
  pass();
}

describe.each([
  ["an end", 0],
  ["bytes and an end", 200],
])("%s behind a full window", (_, bytes) => {
  beforeEach(() => waiting(bytes));

  it("come when somebody reads, and not before", () => {
    expect(link.server.hasNews).toBe(false);
    expect(readAll()).toEqual({ bytes: windowBytes + bytes, hasEnded: true });
    expect(link.client.readError()).toBeNull();
  });

  it("come also when the reader is slow beyond measure", () => {
    pass(3_600 * second);
    expect(readAll()).toEqual({ bytes: windowBytes + bytes, hasEnded: true });
  });

  it("are given up when the link was cut", () => {
    link.cut();
    pass();
    expect(link.client.readError()).toBe("ETIMEDOUT");
  });

  it.each(["toServer", "toClient"] as const)("are given up when the way %s loses all", (way) => {
    link.path(way).hold("lost");
    pass();
    expect(link.client.readError()).toBe("ETIMEDOUT");
  });

  it("outlast what loses all for a while", () => {
    link.path("toServer").hold("lost");
    pass(second / 2);
    link.path("toServer").release("lost");
    expect(readAll()).toEqual({ bytes: windowBytes + bytes, hasEnded: true });
  });

  it("are reset by a machine that knows of nothing any more", () => {
    link.server.powerLost();
    pass(2 * second);
    link.server.powerBack();
    pass();
    expect(link.client.readError()).toBe("ECONNRESET");
  });

  it("are reset by a program that has read none of it and closes", () => {
    link.server.close();
    pass();
    expect(link.client.readError()).toBe("ECONNRESET");
  });

  it("never come from a machine that has lost its power, and never as the end of it", () => {
    expect(link.server.receive(400)?.length).toBe(400);
    link.client.powerLost();
    expect(readAll()).toEqual({ bytes: windowBytes - 400, hasEnded: false });
  });
});
