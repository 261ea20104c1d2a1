/** Counters in /metrics of a real server, by what its one client has done. */
import { expect, it } from "vitest";
import { errorCodeOf } from "../../../src/core/kernel/errors.ts";
import { limits } from "../../../src/core/kernel/limits.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { eventually, until } from "../../support/condition.ts";
import { messageIn, PacketClient, types } from "../../support/packet-client.ts";
import { connectPlain } from "../../support/raw-client.ts";
import { startTestServer } from "../../support/server.ts";

const moveType = 2_002; // Of who is in the world.
const unservedType = 2_999;
const empty = new Uint8Array(0);
const garbage = Uint8Array.of(0xff);

const codesOf = ({ packets }: PacketClient): unknown[] =>
  packets
    .filter(({ type }) => type === types.error)
    .map((packet) => errorCodeOf(messageIn(pb.v1.Error, packet).code));

it("what a session's state does not allow is counted by state, and what was done for it", async () => {
  const served = await startTestServer({ "tls.enabled": false });
  const client = new PacketClient(await connectPlain(served.port).whenOpen());
  client.echo(Uint8Array.of(1));
  for (let count = 0; count < 3; count += 1) client.send(moveType, empty);
  await client.whenPackets(4);
  expect(codesOf(client)).toEqual(Array(3).fill("NOT_ALLOWED_IN_STATE"));
  const { sum } = await served.metrics();
  expect(sum("reprise_packets_refused_in_state_total", { state: "connected" })).toBe(3);
  expect(sum("reprise_packets_refused_in_state_total")).toBe(3);
  const refused = { code: "NOT_ALLOWED_IN_STATE" };
  expect(sum("reprise_packets_answered_with_error_total", refused)).toBe(3);
  expect(sum("reprise_sessions_opened_total")).toBe(1);
  expect(sum("reprise_events_total", { type: "packet.received" })).toBe(4);
  expect(sum("reprise_events_total", { type: "connection.opened" })).toBe(1);
  // The start and what came since, each block synced before its answers left.
  expect(sum("reprise_journal_syncs_total")).toBeGreaterThanOrEqual(2);
  expect(sum("reprise_journal_bytes_total")).toBeGreaterThan(client.sentBytes);
  expect(sum("reprise_commit_latency_micros_total")).toBeGreaterThan(0);
  // With nothing to do a server waits for its housekeeping, and for the silence of its clients.
  const timerTurns = async () => (await served.metrics()).sum("reprise_timer_turns_total");
  const ofATimer = async () => expect(await timerTurns()).toBeGreaterThan(0);
  await eventually(ofATimer, () => true);
});

it("[SES-10] packets that are refused in between do not end a row of malformed ones", async () => {
  const served = await startTestServer({ "tls.enabled": false });
  const client = new PacketClient(await connectPlain(served.port).whenOpen());
  for (let count = 0; count < limits.malformedInRowMax; count += 1) {
    client.send(types.echo, garbage);
    client.send(unservedType, empty);
  }
  // One that is served ends the row; the next row is one too long.
  client.echo(Uint8Array.of(1));
  const isServed = (): boolean => client.packets.some(({ type }) => type === types.echoResponse);
  await until("the echo", isServed);
  for (let count = 0; count <= limits.malformedInRowMax; count += 1) {
    client.send(types.echo, garbage);
    client.send(unservedType, empty);
  }
  await client.raw.whenClosed();
  const { sum } = await served.metrics();
  expect(sum("reprise_sessions_ended_total", { code: "TOO_MANY_MALFORMED" })).toBe(1);
  const undecodable = 2 * limits.malformedInRowMax + 1;
  expect(sum("reprise_packets_undecodable_total")).toBe(undecodable);
});
