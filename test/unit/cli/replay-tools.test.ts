/** `reprise replay` with `--bisect`, `--events` and `--against`, on logs of broken features. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { reprise } from "../../support/command-line.ts";
import { writeJournal } from "../../support/journal-folder.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const bugs = fileURLToPath(new URL("../../fixtures/bugs", import.meta.url));
const town = join(bugs, "town");
const shipped = join(bugs, "features.ts");
const mended = join(bugs, "fixed", "features.ts");
const { echo } = echoContract.entries;

const read = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;
const lines = (out: string): Record<string, unknown>[] => out.trim().split("\n").map(read);

/** Two clients who echo in turn. */
function echoes(count: number) {
  const driver = new RealmDriver().start();
  const clients = [driver.join(), driver.join()] as const;
  for (let index = 0; index < count; index += 1) {
    driver.message(clients[index % 2 === 0 ? 0 : 1], echo.type, echo.message, {
      bytes: Uint8Array.of(index),
    });
    driver.pass(1_000);
  }
  return driver.events;
}

/** A module whose features are the built-in ones, with this in place of the echo. */
function echoModule(handle: string, invariants = "{}"): string {
  const file = join(temporaryFolder(), "features.ts");
  writeFileSync(
    file,
    `import { builtinFeatures, defineFeature, echoContract } from ${JSON.stringify(
      join(root, "src/index.ts"),
    )};
    const echo = defineFeature({
      contract: echoContract,
      version: 1,
      state: () => ({ echoes: 0, promptEchoes: 0 }),
    }).implement({
      packets: {
        echo: { states: ["connected"], handle(ctx, bytes) { ${handle} } },
        promptEcho: { states: ["connected"], handle: (ctx, bytes) => ctx.reply({ bytes }) },
      },
      invariants: ${invariants},
    });
    export const features = builtinFeatures.map((each) => (each.name === "echo" ? echo : each));`,
  );
  return file;
}

describe("reprise replay --bisect", () => {
  it("[RPL-01] finds the event that breaks an invariant of a user's feature, decoded", async () => {
    const { code, out, err } = await reprise(
      ...["replay", town, "--bisect", "--features", shipped, "--json"],
    );
    expect(code).toBe(1);
    expect(read(out)).toMatchObject({
      fromSeq: 1,
      found: {
        kind: "invariant",
        seq: 11,
        broken: ["lantern: what is lit will burn out"],
        field: "feature:lantern",
        event: { type: "time.reached" },
        changes: [
          { field: "feature:lantern.lit{3}", before: "3", after: "nothing" },
          {},
          {},
          {},
          {},
          {},
          {},
          {},
          {},
        ],
      },
    });
    expect(err).toContain("event 11: broken: lantern: what is lit will burn out");
  });

  it("[RPL-01] finds the event that goes otherwise than the log says, and what it orders now", async () => {
    const { code, out } = await reprise("replay", town, "--bisect", "--features", mended);
    expect(code).toBe(1);
    expect(out).toContain("event 18: its effects have digest");
    expect(out).toContain("packet.received lantern.place #5 { burnSeconds: 1 } (session 1,");
    expect(out).toContain("send lantern.place.reply { id: 6 }");
  });

  it("says that nothing is wrong where nothing is", async () => {
    const journal = writeJournal(temporaryFolder(), echoes(50));
    const { code, out } = await reprise("replay", journal.path, "--bisect", "--json");
    expect({ code, ...read(out) }).toEqual({
      code: 0,
      fromSeq: 1,
      toSeq: journal.events,
      stride: 1,
      found: null,
    });
  });

  it("tells the stretch in which a state went another way while all effects agree", async () => {
    const features = echoModule(
      "ctx.state.echoes += ctx.state.echoes === 20 ? 2 : 1; ctx.reply({ bytes });",
    );
    const options = { stateDigestEvery: 8 };
    const journal = writeJournal(temporaryFolder(), echoes(80), options);
    const { code, out } = await reprise(
      ...["replay", journal.path, "--bisect", "--features", features, "--json"],
    );
    expect(code).toBe(1);
    const { found } = read(out) as { found: { seq: number; agreedSeq: number } };
    expect(found).toMatchObject({ kind: "state", field: "feature:echo" });
    // Event 5 is the first echo, the 21st counts twice.
    expect(found.seq).toBeGreaterThanOrEqual(25);
    expect(found.agreedSeq).toBeLessThan(found.seq);
  });

  it("looks now and then in a long log, and at every event of the last stretch", async () => {
    const events = echoes(9_000);
    const journal = writeJournal(temporaryFolder(), events, { eventsPerBlock: 500 });
    const features = echoModule(
      "ctx.state.echoes += 1; ctx.reply({ bytes });",
      '{ "at most 7,321": (state) => state.echoes <= 7321 }',
    );
    const rule = await reprise(
      ...["replay", journal.path, "--bisect", "--features", features, "--json"],
    );
    const { found, stride } = read(rule.out) as { stride: number; found: { seq: number } };
    expect(stride).toBeGreaterThan(1);
    const packets = events.flatMap((event, at) =>
      event.type === "packet.received" ? [at + 1] : [],
    );
    // Two greetings come first.
    expect(found.seq).toBe(packets[7_323]);
    const other = echoModule(
      "ctx.state.echoes += 1; ctx.reply({ bytes: ctx.state.echoes === 5001 ? bytes.slice(1) : bytes });",
      '{ "at most 7,321": (state) => state.echoes <= 7321 }',
    );
    const effects = await reprise(
      ...["replay", journal.path, "--bisect", "--features", other, "--json"],
    );
    expect(read(effects.out)).toMatchObject({ found: { kind: "effects", seq: packets[5_002] } });
  });

  it("begins at the last checkpoint in which all rules hold", async () => {
    const folder = temporaryFolder();
    const events = echoes(100);
    const features = echoModule(
      "ctx.state.echoes += 1; ctx.reply({ bytes });",
      '{ "at most ninety": (state) => state.echoes <= 90 }',
    );
    writeJournal(folder, events.slice(0, 60), { checkpoint: true });
    writeJournal(folder, events, { checkpoint: true });
    const { code, out } = await reprise(
      "replay",
      folder,
      "--bisect",
      "--features",
      features,
      "--json",
    );
    expect(code).toBe(1);
    const { found, fromSeq } = read(out) as { fromSeq: number; found: { seq: number } };
    expect(fromSeq).toBe(61);
    const tooMany = events.filter((event) => event.type === "packet.received")[92];
    expect(found.seq).toBe(events.indexOf(tooMany as (typeof events)[number]) + 1);
  });
});

describe("reprise replay --events", () => {
  it("[RPL-02] prints events decoded, a range of them, and what they ordered", async () => {
    const { code, out } = await reprise(
      ...["replay", town, "--features", shipped, "--events", "16..18", "--effects"],
    );
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toEqual([
      expect.stringMatching(/^16 \S+Z packet.received lantern.place #3 \{ burnSeconds: 1 \} /),
      expect.stringContaining("send lantern.place.reply { id: 4 }"),
      expect.stringContaining("17 "),
      expect.stringContaining("send lantern.place.reply { id: 5 }"),
      expect.stringContaining("18 "),
      expect.stringContaining("send session.error { code: 103,"),
    ]);
  });

  it("[RPL-02] takes a session's, or a type's, alone", async () => {
    const bySession = await reprise(
      ...["replay", town, "--features", shipped, "--events", "--session", "2", "--json"],
    );
    expect(lines(bySession.out).map(({ type }) => type)).toEqual([
      "connection.opened",
      "packet.received",
      "packet.received",
      "connection.ended",
      "connection.closed",
    ]);
    const byType = await reprise(
      ...["replay", town, "--features", shipped, "--events", "--type", "lantern.place", "--json"],
    );
    expect(lines(byType.out).map(({ seq }) => seq)).toEqual([8, 9, 10, 16, 17, 18]);
    const byNumber = await reprise(
      ...["replay", town, "--features", shipped, "--events", "9..17", "--type", "10001", "--json"],
    );
    expect(lines(byNumber.out).map(({ packet }) => packet)).toMatchObject(
      [1, 2, 1, 1].map((burnSeconds) => ({ name: "lantern.place", fields: { burnSeconds } })),
    );
  });

  it("tells a session's story with what it was sent in the events of nobody", async () => {
    const { out } = await reprise(
      ...["replay", town, "--features", shipped, "--events", "--session", "2", "--effects"],
    );
    expect(out).toContain("time.reached\n    send lantern.dark { id: 2 }");
    expect(out.match(/lantern\.dark/g)).toHaveLength(3);
  });

  it.each([["9000.."], ["26"], ["1..3", "--session", "3"], ["..", "--session", "99"]])(
    "says so when no event is as asked for: %s %s %s",
    async (...asked) => {
      const told = await reprise("replay", town, "--features", shipped, "--events", ...asked);
      expect(told).toMatchObject({ code: 0, out: "" });
      expect(told.err).toBe(
        "reprise replay: none of the events is one that was asked for; " +
          "the log has events 1 to 25\n",
      );
    },
  );

  it("refuses a range that is none, and filters of nothing", async () => {
    const range = await reprise("replay", town, "--features", shipped, "--events=5-7");
    expect(range).toMatchObject({ code: 2, err: expect.stringContaining('not "5-7"') as string });
    const filter = await reprise("replay", town, "--session", "1");
    expect(filter.code).toBe(2);
    expect((await reprise("replay", town, "--check", "--bisect")).code).toBe(2);
  });
});

describe("reprise replay --against", () => {
  it("[RPL-03] shows the first output that another build changes, from both", async () => {
    const changed = await against(mended);
    expect(changed).toMatchObject({
      classification: "other-outputs",
      changed: 1,
      events: 25,
      first: {
        seq: 18,
        event: { session: 1, packet: { name: "lantern.place", sequence: 5 } },
        here: [expect.stringContaining("send session.error { code: 103,") as string],
        there: [expect.stringContaining("send lantern.place.reply { id: 6 }") as string],
        threw: null,
      },
      state: { seq: 11 },
      divergedSeq: null,
    });
  });

  it("[RPL-03] tells another state behind the same outputs, and a crash", async () => {
    const journal = writeJournal(temporaryFolder(), echoes(40));
    const miscounting = echoModule("ctx.state.promptEchoes += 1; ctx.reply({ bytes });");
    const other = await against(miscounting, journal.path);
    expect(other).toMatchObject({
      classification: "other-state",
      changed: 0,
      first: null,
      state: {
        fields: [
          { field: "feature:echo.echoes", before: "1", after: "0" },
          { field: "feature:echo.promptEchoes", before: "0", after: "1" },
        ],
      },
    });
    const throwing = echoModule(
      'if (bytes[0] === 7) throw new Error("seven"); ctx.state.echoes += 1; ctx.reply({ bytes });',
    );
    const crash = await against(throwing, journal.path);
    expect(crash).toMatchObject({
      classification: "crash",
      first: { threw: "echo threw Error: seven", there: [] },
    });
  });

  it("[RPL-03] survives a build that ends the process or loops, and says at which event", async () => {
    const journal = writeJournal(temporaryFolder(), echoes(10));
    const first = (found: Record<string, unknown>) => found["first"] as Record<string, unknown>;
    const ends = await against(echoModule("if (bytes[0] === 7) process.exit(3);"), journal.path);
    const death = { message: "it ended the process with exit code 3", exitCode: 3 };
    const sent = [expect.stringContaining("send echo.echo.reply") as string];
    expect(ends).toMatchObject({
      classification: "crash",
      first: { event: { packet: { name: "echo.echo" } }, here: sent, there: [] },
      death,
    });
    const loops = await against(
      echoModule("while (bytes[0] === 7) ctx.state.echoes += 1;"),
      ...[journal.path, "--patience", "1"],
    );
    expect(loops).toMatchObject({
      classification: "crash",
      first: { seq: first(ends)["seq"], threw: "it did not come back within 1 s" },
      death: { exitCode: null },
    });
    const file = join(temporaryFolder(), "features.ts");
    writeFileSync(file, "process.exit(0);");
    const { code, out } = await reprise("replay", journal.path, "--against", file);
    expect(code).toBe(1);
    expect(out).toMatch(/^result +crash\n(.*\n)*there +it ended the process with exit code 0$/m);
  });

  it("takes the same file of another project", async () => {
    const project = temporaryFolder();
    mkdirSync(join(project, "node_modules"));
    symlinkSync(root, join(project, "node_modules", "reprise"));
    const own = relative(process.cwd(), shipped);
    mkdirSync(join(project, dirname(own)), { recursive: true });
    const text = `export { features } from ${JSON.stringify(mended)};`;
    writeFileSync(join(project, own), text);
    const { out } = await reprise("replay", town, "--features", own, "--against", project);
    expect(out).toContain("changed outputs");
    expect(out).toContain("state here -> there\n  feature:lantern.lit{2}: 2 -> nothing");
  });

  it("says in words what is identical, and names a folder without a build", async () => {
    const journal = writeJournal(temporaryFolder(), echoes(10));
    const { code, out } = await reprise("replay", journal.path, "--against", root);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining("identical") as string,
    });
    const none = await reprise("replay", journal.path, "--against", temporaryFolder());
    expect(none.err).toContain("has no Reprise");
    expect(none.code).toBe(1);
  });
});

/** Compares with other features. */
async function against(
  other: string,
  journal = town,
  ...more: string[]
): Promise<Record<string, unknown>> {
  const own = journal === town ? ["--features", shipped] : [];
  const { out } = await reprise("replay", journal, ...own, "--against", other, "--json", ...more);
  return read(out);
}
