import { describe, expect, it } from "vitest";
import type { CallId } from "../../../src/core/kernel/ids.ts";
import type { SocketId } from "../../../src/core/contract.ts";
import { Inbox } from "../../../src/core/host/inbox.ts";
import type { Completion, MergeOrder } from "../../../src/core/host/inbox.ts";

const socket = (value: number): SocketId => value as SocketId;
const drained = (inbox: Inbox): Completion[] => {
  const taken: Completion[] = [];
  for (let next = inbox.take(); next !== null; next = inbox.take()) taken.push(next);
  return taken;
};
const names = (completions: readonly Completion[]): string[] =>
  completions.map((one) => ("socket" in one ? `${one.type} ${one.socket}` : one.type));

const answer = { type: "callDone", call: 1 as CallId, result: { ok: true, answer: 1 } } as const;

describe("the inbox", () => {
  it("[NMT-19] gives every lane that waits its turn before any has a second one", () => {
    const inbox = new Inbox(3);
    for (const id of [1, 2, 3]) inbox.producers[0]?.socketEnded(socket(id));
    inbox.producers[2]?.socketEnded(socket(21));
    inbox.producers[2]?.socketEnded(socket(22));
    inbox.post(answer);
    expect(names(drained(inbox))).toEqual([
      "socketEnded 1",
      "socketEnded 21",
      "callDone",
      "socketEnded 2",
      "socketEnded 22",
      "socketEnded 3",
    ]);
    expect(inbox.isEmpty).toBe(true);
  });

  it("asks the merge order only where there is a choice, and follows it", () => {
    const asked: number[][] = [];
    const order: MergeOrder = {
      choose(waiting) {
        asked.push([...waiting]);
        return waiting[waiting.length - 1] ?? 0;
      },
    };
    const inbox = new Inbox(2, order);
    inbox.producers[0]?.socketEnded(socket(1));
    inbox.producers[1]?.socketEnded(socket(11));
    inbox.post(answer);
    expect(names(drained(inbox))).toEqual(["callDone", "socketEnded 11", "socketEnded 1"]);
    expect(asked).toEqual([
      [0, 1, 2],
      [0, 1],
    ]);
  });

  it("refuses a merge order that chooses a lane with nothing in it", () => {
    const inbox = new Inbox(2, { choose: () => 2 });
    inbox.producers[0]?.socketEnded(socket(1));
    inbox.producers[1]?.socketEnded(socket(2));
    expect(() => inbox.take()).toThrow(/empty lane/);
  });

  it("keeps answers of the disk apart from what the realm hears", () => {
    const inbox = new Inbox(1);
    inbox.answer({ type: "listening" });
    expect(inbox.take()).toBeNull();
    expect(inbox.takeAnswer()).toEqual({ type: "listening" });
    expect(inbox.takeAnswer()).toBeNull();
  });

  it("marks each socket with the producer that opened it", () => {
    const inbox = new Inbox(2);
    const peer = { remote: "unknown", security: "plain" } as const;
    inbox.producers[1]?.socketOpened(socket(4), peer);
    expect(inbox.take()).toEqual({ type: "socketOpened", socket: 4, peer, producer: 1 });
  });
});
