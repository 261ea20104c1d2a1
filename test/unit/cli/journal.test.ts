import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findJournal, scanJournal } from "../../../src/cli/journal-files.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { defineFeature } from "../../../src/core/realm/index.ts";
import type { Feature } from "../../../src/core/realm/index.ts";
import { reprise } from "../../support/command-line.ts";
import { writeJournal } from "../../support/journal-folder.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const { echo } = echoContract.entries;

/** A server's start, three clients who echo, one who leaves. */
function someEvents(echoes = 100) {
  const driver = new RealmDriver().start();
  const clients = [driver.join(), driver.join(), driver.join()];
  for (let index = 0; index < echoes; index += 1) {
    const client = clients[index % 3] as (typeof clients)[number];
    driver.message(client, echo.type, echo.message, { bytes: Uint8Array.of(index, 1, 2, 3) });
    driver.pass(1_000);
  }
  driver.packet(clients[0] as (typeof clients)[number], 9_999, new Uint8Array());
  return driver.events;
}

const segmentOf = (folder: string, index = 0): string =>
  join(folder, readdirSync(folder).toSorted()[index] ?? "");

/** As the built-in one, but for one line: what somebody might have changed since. */
const otherEcho = defineFeature({
  contract: echoContract,
  version: 1,
  state: () => ({ echoes: 0, promptEchoes: 0 }),
}).implement({
  packets: {
    echo: {
      states: ["connected"],
      handle(ctx, bytes) {
        ctx.state.echoes += 1;
        ctx.reply({ bytes: ctx.state.echoes === 50 ? bytes.slice(1) : bytes });
      },
    },
    promptEcho: {
      states: ["connected"],
      handle: (ctx, bytes) => ctx.reply({ bytes }),
    },
  },
});

/** Answers rightly, and remembers wrongly. */
const miscounting = defineFeature({
  contract: echoContract,
  version: 1,
  state: () => ({ echoes: 0, promptEchoes: 0 }),
}).implement({
  packets: {
    echo: {
      states: ["connected"],
      handle(ctx, bytes) {
        ctx.state.promptEchoes += 1;
        ctx.reply({ bytes });
      },
    },
    promptEcho: {
      states: ["connected"],
      handle: (ctx, bytes) => ctx.reply({ bytes }),
    },
  },
});

const withEcho = (echoFeature: Feature): readonly Feature[] =>
  builtinFeatures.map((feature) => (feature.name === echoContract.name ? echoFeature : feature));
const withOtherEcho = withEcho(otherEcho);
const withMiscount = withEcho(miscounting);

describe("reprise replay", () => {
  it("[JRN-05] replays to the state in which the journal ends, and proves it with --check", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents());
    const { code, out, err } = await reprise("replay", journal.path, "--check", "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const result = JSON.parse(out) as Record<string, unknown>;
    expect(result).toMatchObject({
      events: journal.events,
      fromSeq: 1,
      toSeq: journal.events,
      digest: journal.digest,
      diverged: null,
      failedSteps: 0,
      unfinishedTailBytes: 0,
    });
    const { blocks, digests } = result["checked"] as { blocks: number; digests: number };
    expect(blocks).toBe(Math.ceil(journal.events / 10));
    expect(digests).toBe(journal.events);
  });

  it("compares the state, too, where the journal has digests of it", async () => {
    const options = { stateDigestEvery: 16 };
    const journal = writeJournal(temporaryFolder(), someEvents(200), options);
    const { out } = await reprise("replay", journal.path, "--check", "--json");
    expect(JSON.parse(out)).toMatchObject({
      diverged: null,
      checked: { digests: journal.events + Math.floor(journal.events / 16) },
    });
    const other = { ...options, features: withMiscount };
    const changed = writeJournal(temporaryFolder(), someEvents(200), other);
    const json = await reprise("replay", changed.path, "--check", "--json");
    expect(json.code).toBe(1);
    const { diverged } = JSON.parse(json.out) as { diverged: { seq: number; field: string } };
    expect(diverged.seq % 16).toBe(0);
    expect(diverged.field).toContain("echo");
  });

  it("compares the whole state where a checkpoint was made", async () => {
    const folder = temporaryFolder();
    const journal = writeJournal(folder, someEvents(20), { checkpoint: true });
    const { out } = await reprise("replay", folder, "--check", "--json");
    expect(JSON.parse(out)).toMatchObject({
      diverged: null,
      checked: { digests: journal.events + 1 },
    });
    const other = { checkpoint: true, features: withMiscount };
    const changed = writeJournal(temporaryFolder(), someEvents(20), other);
    const json = await reprise("replay", changed.path, "--check", "--json");
    expect(json.code).toBe(1);
    const { diverged } = JSON.parse(json.out) as { diverged: { seq: number; field: string } };
    expect(diverged.seq).toBe(changed.events);
    expect(diverged.field).toContain("echo");
  });

  it("says in words that every state and every effect agree", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents(5));
    const checked = await reprise("replay", journal.path, "--check");
    expect(checked.out).toContain("every state and every effect agree");
    expect(checked.out).toContain(journal.digest);
    const unchecked = await reprise("replay", journal.path);
    expect(unchecked.out).not.toContain("agree");
    expect(unchecked.code).toBe(0);
  });

  it("stops after the event that --until names", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents());
    const earlier = writeJournal(temporaryFolder(), someEvents().slice(0, 37));
    const { out } = await reprise("replay", journal.path, "--until", "37", "--json");
    expect(JSON.parse(out)).toMatchObject({ events: 37, toSeq: 37, digest: earlier.digest });
  });

  it("looks at what was there when it began, while a server writes on", () => {
    const events = someEvents();
    const whole = writeJournal(temporaryFolder(), events);
    const journal = writeJournal(temporaryFolder(), events.slice(0, 40));
    const files = findJournal(journal.path);
    const written = readFileSync(segmentOf(journal.path)).length;
    appendFileSync(segmentOf(journal.path), readFileSync(segmentOf(whole.path)).subarray(written));
    const verdict = scanJournal(files, "anything", () => true);
    expect(verdict).toMatchObject({ type: "clean", position: { nextSequence: 41 } });
  });

  it("goes over several segments, and from a role's folder", async () => {
    const folder = temporaryFolder();
    const journal = writeJournal(folder, someEvents(), { segmentBytesMax: 2_048 });
    expect(readdirSync(journal.path).length).toBeGreaterThan(2);
    const { out } = await reprise("replay", folder, "--check", "--json");
    expect(JSON.parse(out)).toMatchObject({ toSeq: journal.events, digest: journal.digest });
  });

  it("[JRN-05] names the event that does otherwise than it did", async () => {
    const events = someEvents();
    const journal = writeJournal(temporaryFolder(), events, { features: withOtherEcho });
    const seq = events.findIndex((event) => "bytes" in event && event.bytes.at(-4) === 49) + 1;
    const json = await reprise("replay", journal.path, "--check", "--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      diverged: { seq, event: "packet.received", field: "effects" },
    });
    const text = await reprise("replay", journal.path, "--check");
    expect(text.err).toContain(`diverges at event ${seq} (packet.received), effects`);
    expect((await reprise("replay", journal.path)).code).toBe(0);
  });

  it("[JRN-02] reports an unfinished tail and goes on without it", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents());
    const path = segmentOf(journal.path);
    truncateSync(path, readFileSync(path).length - 7);
    const { code, out } = await reprise("replay", journal.path, "--check", "--json");
    expect(code).toBe(0);
    const result = JSON.parse(out) as Record<string, number>;
    expect(result["unfinishedTailBytes"]).toBeGreaterThan(0);
    expect(result["toSeq"]).toBeLessThan(journal.events);
    expect(result["toSeq"]).toBeGreaterThanOrEqual(journal.events - 10);
  });

  it("[JRN-03] locates a flipped bit by segment and byte", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents());
    const path = segmentOf(journal.path);
    const bytes = readFileSync(path);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    writeFileSync(path, bytes);
    const { code, out, err } = await reprise("replay", journal.path, "--json");
    expect(code).toBe(1);
    const error = JSON.parse(out) as { path: string; offset: number; seq: number };
    expect(error.path).toBe(path);
    expect(error.offset).toBeLessThanOrEqual(at);
    expect(error.offset).toBeGreaterThan(0);
    expect(error.seq).toBeGreaterThan(1);
    expect(err).toContain(`corrupt: ${path}, byte ${error.offset}, event ${error.seq}`);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("[JRN-03] calls a flipped bit of the last block corrupt when a checkpoint has it", async () => {
    const folder = temporaryFolder();
    const journal = writeJournal(folder, someEvents(), { checkpoint: true, segmentsAt: [50] });
    const path = segmentOf(journal.path, 1);
    const bytes = readFileSync(path);
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 4;
    writeFileSync(path, bytes);
    for (const where of [folder, journal.path]) {
      const { code, err } = await reprise("replay", where, "--check");
      expect(code).toBe(1);
      expect(err).toMatch(
        /corrupt: .*\.segment, byte \d+, event \d+: a block's checksum .*checkpoint/,
      );
    }
    for (const where of [journal.path, path]) {
      const { code, err } = await reprise("inspect", where);
      expect(code).toBe(1);
      expect(err).toMatch(
        /byte \d+, event \d+: a block's checksum does not fit, and the checkpoint/,
      );
    }
    expect((await reprise("inspect", segmentOf(journal.path))).code).toBe(0);
  });

  it("calls no tail corrupt of a role that does not sync each block", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents(), { isSynced: false });
    const path = segmentOf(journal.path);
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.length / 2);
    bytes.fill(0, middle, middle + 600);
    writeFileSync(path, bytes);
    const { code, out } = await reprise("replay", journal.path, "--check");
    expect(code).toBe(0);
    expect(out).toContain("of a block that was not finished when the process ended");
  });

  it("says that --until names an event beyond the end", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents());
    const beyond = await reprise("replay", journal.path, "--until", "99999999");
    expect(beyond.code).toBe(0);
    expect(beyond.err.trim()).toBe(
      `reprise replay: event 99999999 is beyond the end, event ${journal.events}`,
    );
    const last = await reprise("replay", journal.path, "--until", String(journal.events));
    expect(last).toMatchObject({ code: 0, err: "" });
  });

  it("[JRN-04] refuses a newer format by its number", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents(5));
    const path = segmentOf(journal.path);
    const bytes = readFileSync(path);
    const head = new DataView(bytes.buffer, bytes.byteOffset);
    head.setUint32(8, 9, true);
    const bodyEnd = 20 + head.getUint32(12, true);
    const checksum = crc32(bytes.subarray(20, bodyEnd), crc32(bytes.subarray(0, 16)));
    head.setUint32(16, checksum, true);
    writeFileSync(path, bytes);
    const replayed = await reprise("replay", journal.path);
    expect(replayed).toMatchObject({ code: 1, out: "" });
    expect(replayed.err).toMatch(/refused: .*format 9/);
    const inspected = await reprise("inspect", journal.path);
    expect(inspected.code).toBe(1);
    expect(inspected.err).toMatch(/format 9/);
    // Of what it cannot read it claims nothing.
    expect(inspected.out).toMatch(/^format +unknown\nwritten by +unknown\n/);
    const { format } = JSON.parse((await reprise("inspect", journal.path, "--json")).out) as {
      format: unknown;
    };
    expect(format).toBeNull();
  });

  it("says what is wrong with a path", async () => {
    const folder = temporaryFolder();
    const empty = await reprise("replay", folder);
    expect(empty.err).toContain("holds no journal");
    expect((await reprise("replay", join(folder, "nowhere"))).err).toContain("does not exist");
    writeFileSync(join(folder, "notes.txt"), "hello");
    expect((await reprise("replay", join(folder, "notes.txt"))).err).toContain("is no journal");
    writeJournal(join(folder, "game"), someEvents(2));
    expect((await reprise("replay", folder)).code).toBe(0);
    writeJournal(join(folder, "login"), someEvents(2));
    const several = await reprise("replay", folder);
    expect(several.err).toContain(join(folder, "game", "journal"));
    expect(several.code).toBe(1);
    const usage = await reprise("replay");
    expect(usage).toMatchObject({ code: 2, out: "" });
    expect(usage.err).toContain("PATH is missing");
  });

  it("needs a checkpoint when the first segments are gone", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents(), { segmentsAt: [40] });
    const later = segmentOf(journal.path, 1);
    const { code, err } = await reprise("replay", later);
    expect(code).toBe(1);
    expect(err).toMatch(/begins with event \d+, and .*checkpoints has no checkpoint/);
  });

  it("goes on from a checkpoint when the first segments are gone", async () => {
    const folder = temporaryFolder();
    const events = someEvents();
    const early = writeJournal(folder, events.slice(0, 40), { checkpoint: true });
    const [first = ""] = readdirSync(early.path);
    // One segment for the first forty events, others for the rest, as after an orderly restart.
    const journal = writeJournal(folder, events, { segmentsAt: [40, 80] });
    rmSync(join(journal.path, first));
    expect(readdirSync(journal.path)).toHaveLength(2);
    const { out } = await reprise("replay", folder, "--check", "--json");
    expect(JSON.parse(out)).toMatchObject({
      events: events.length - 40,
      fromSeq: 41,
      toSeq: events.length,
      digest: journal.digest,
      diverged: null,
    });
  });
});

describe("reprise inspect", () => {
  it("counts events and packets, and names who wrote them", async () => {
    const events = someEvents();
    const journal = writeJournal(temporaryFolder(), events);
    const { code, out } = await reprise("inspect", journal.path, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      format: 1,
      build: "build-of-a-test",
      protocol: 1,
      segments: 1,
      sessions: 3,
      from: 1,
      to: events.length,
      unfinishedTail: null,
      problem: null,
      events: { "server.started": 1, "connection.opened": 3, "packet.received": 104 },
      packets: { "echo.echo 1053": 100, "heartbeat.beat 1004": 3, "unknown 9999": 1 },
    });
  });

  it("prints the same for people", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents(3));
    const { out } = await reprise("inspect", journal.path);
    expect(out).toMatch(/format +1/);
    expect(out).toMatch(/echo\.echo 1053 +3/);
    expect(out).toMatch(/unfinished +nothing/);
  });

  it("looks at one segment of many, and at a damaged one as far as it is sound", async () => {
    const journal = writeJournal(temporaryFolder(), someEvents(), { segmentBytesMax: 2_048 });
    const later = segmentOf(journal.path, 1);
    const one = await reprise("inspect", later, "--json");
    expect(one.code).toBe(0);
    expect((JSON.parse(one.out) as { from: number }).from).toBeGreaterThan(1);
    const first = segmentOf(journal.path);
    const bytes = readFileSync(first);
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
    writeFileSync(first, bytes);
    const damaged = await reprise("inspect", journal.path, "--json");
    expect(damaged.code).toBe(1);
    const summary = JSON.parse(damaged.out) as { to: number; problem: string };
    expect(summary.to).toBeGreaterThan(1);
    expect(summary.problem).toContain(first);
    expect(damaged.err).toContain(first);
  });
});
