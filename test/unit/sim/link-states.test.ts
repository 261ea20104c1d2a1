import { describe, expect, it } from "vitest";
import type { SocketId } from "../../../src/core/contract.ts";
import { loginContract, worldContract } from "../../../src/core/features/contracts.ts";
import { callId, connectionId, micros } from "../../../src/core/kernel/ids.ts";
import { encodePayload } from "../../../src/core/wire/index.ts";
import type { ClientPacket, Step, StepSend } from "../../../src/sim/checkers/checker.ts";
import { LinkStates } from "../../../src/sim/link-states.ts";

const connection = connectionId(7);
const at = micros(1);

const step = (change: Partial<Step>): Step => ({
  index: 0,
  isReplay: false,
  event: { type: "time.reached", at },
  sends: [],
  closes: [],
  calls: [],
  counts: new Map(),
  digest: 0,
  machine: null as never,
  stallMicros: 0,
  ...change,
});

const answer = (success: boolean): StepSend => {
  const { reply, replyType } = worldContract.entries.enter;
  const payload = encodePayload(reply, { success });
  return { connection, type: replyType, delivery: "committed", sequence: 1, inReplyTo: 1, payload };
};

const said = (link: string, type: number): ClientPacket => ({
  ...{ link, type, sequence: 1, inReplyTo: 0, delivery: "committed" },
  payload: new Uint8Array(),
});

const { enter } = worldContract.entries;

/** A server that serves, with a link whose client has sent a wish to enter. */
function oneLink(): LinkStates {
  const links = new LinkStates();
  links.processStarted();
  links.listening();
  links.socketOpened(1 as SocketId, "1a.1", "10.0.0.1:40001");
  const opened = { type: "connection.opened", at, connection, security: "plain" } as const;
  links.stepped(step({ event: { ...opened, remote: "10.0.0.1:40001" } }));
  links.clientSent(said("1a.1", enter.type));
  return links;
}

const met = (links: LinkStates): string[] => {
  const situations: string[] = [];
  links.situations((situation) => situations.push(situation));
  return situations;
};

describe("what a link is doing", () => {
  it("is known from its packets and from what the realm orders", () => {
    const links = new LinkStates();
    expect(links.about("1a.1")).toBeNull();
    links.clientSent(said("1a.1", enter.type));
    expect(links.about("1a.1")).toBe("-/unknown");
    const known = oneLink();
    expect(known.about("1a.1")).toBe("-/handshaking");
    known.stepped(step({ sends: [answer(false)] }));
    expect(known.about("1a.1")).toBe("2000/connected");
    known.stepped(step({ sends: [answer(true)] }));
    expect(known.about("1a.1")).toBe("2000/inWorld");
    known.clientSent(said("1a.1", worldContract.entries.move.type));
    expect(known.about("1a.1")).toBe("2002/inWorld");
    known.stepped(step({ closes: [{ connection, mode: "flush", code: "GOODBYE" }] }));
    expect(known.about("1a.1")).toBe("-/disconnecting");
    known.stepped(step({ event: { type: "connection.closed", at, connection, reason: "peer" } }));
    expect(known.about("1a.1")).toBe("-/gone");
  });

  it("ends with its process", () => {
    const links = oneLink();
    links.processEnded();
    expect(links.about("1a.1")).toBe("-/gone");
  });
});

describe("what a server is in the middle of", () => {
  it("is its process, as long as it has no link", () => {
    const links = new LinkStates();
    expect(met(links)).toEqual(["-/down"]);
    links.processStarted();
    expect(met(links)).toEqual(["-/starting"]);
    links.listening();
    expect(met(links)).toEqual(["-/empty"]);
  });

  it("is what each of its links does, and nothing of those that have gone", () => {
    const links = oneLink();
    expect(met(links)).toEqual(["-/handshaking"]);
    links.stepped(step({ sends: [answer(true)] }));
    expect(met(links)).toEqual(["2000/inWorld"]);
    links.stepped(step({ event: { type: "connection.closed", at, connection, reason: "peer" } }));
    expect(met(links)).toEqual(["-/empty"]);
    const killed = oneLink();
    killed.processEnded();
    expect(met(killed)).toEqual(["-/down"]);
  });
});

describe("a call", () => {
  const call = callId(3);
  const wanted = { call, effect: null as never, operation: "data.enter", request: null };

  it("is of the packet that its asker sent last, and of what has become of the asker", () => {
    const links = oneLink();
    links.stepped(step({ sends: [answer(false)], calls: [{ ...wanted, asker: connection }] }));
    links.clientSent(said("1a.1", loginContract.entries.login.type));
    expect(links.asking(call)).toBe("2000/connected");
    links.processEnded();
    expect(links.asking(call)).toBe("-/gone");
  });

  it("is the server's own where nobody's packet wants it, and when it is answered", () => {
    const links = oneLink();
    links.stepped(step({ calls: [{ ...wanted, asker: null }] }));
    expect(links.asking(call)).toBe("-/server");
    links.stepped(step({ calls: [{ ...wanted, asker: connection }] }));
    expect(links.asking(call)).not.toBe("-/server");
    const result = { ok: true, answer: null } as const;
    links.stepped(step({ event: { type: "call.completed", at, call, result } }));
    expect(links.asking(call)).toBe("-/server");
  });
});
