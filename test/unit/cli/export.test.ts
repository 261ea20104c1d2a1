/** `reprise export` and `reprise diff`, on logs of the town and of echoes. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Pseudonyms } from "../../../src/cli/replay/pseudonyms.ts";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { reprise } from "../../support/command-line.ts";
import { writeJournal } from "../../support/journal-folder.ts";
import { logKey } from "../../support/journal-log.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const bugs = fileURLToPath(new URL("../../fixtures/bugs", import.meta.url));
const town = join(bugs, "town");
const shipped = join(bugs, "features.ts");
const { echo } = echoContract.entries;

const read = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** Three clients who say who they are, again and again. */
function chatter(rounds = 4) {
  const driver = new RealmDriver().start();
  const clients = ["203.0.113.7:4001", "198.51.100.23:4002", "203.0.113.7:4003"].map((remote) => {
    const connection = driver.connect(remote);
    driver.packet(connection, 1_004, new Uint8Array());
    return connection;
  });
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, connection] of clients.entries()) {
      const bytes = bytesOf(`I am ${["Ada", "Bob", "Cy"][index] ?? ""} Lovelace`);
      driver.message(connection, echo.type, echo.message, { bytes });
      driver.pass(10_000);
    }
  }
  for (const connection of clients) driver.close(connection);
  return driver.events;
}

/** Exports, and proves that the new log replays. */
async function cut(journal: string, ...argv: string[]) {
  const out = join(temporaryFolder(), "cut");
  const features = journal === town ? ["--features", shipped] : [];
  const run = await reprise("export", journal, ...argv, ...features, "--out", out, "--json");
  const check = await reprise("replay", out, "--check", ...features, "--json");
  expect({ err: check.err, code: check.code }).toEqual({ err: "", code: 0 });
  return { ...run, result: read(run.out), folder: out };
}

describe("reprise export", () => {
  it("[RPL-05] cuts out one session's story, which is told the same alone", async () => {
    const journal = writeJournal(temporaryFolder(), chatter());
    const { code, result, folder } = await cut(journal.path, "--session", "2");
    expect(code).toBe(0);
    // A start, the opening, a greeting, four echoes, and the end.
    expect(result).toMatchObject({ sessions: [2], events: 8, whole: [], ends: 0, other: null });
    const events = await reprise("replay", folder, "--events", "--effects");
    expect(events.out.match(/send echo\.echo\.reply/g)).toHaveLength(4);
    expect(events.out).not.toContain("203.0.113.7");
  });

  it("[RPL-05] keeps the others whom a story needs, or says where it is another one", async () => {
    const whole = await cut(town, "--session", "1");
    expect(whole.code).toBe(0);
    expect(whole.result).toMatchObject({ events: 22, endSeq: 25, whole: [2, 3], other: null });
    const alone = await cut(town, "--session", "1", "--alone");
    expect(alone.code).toBe(1);
    expect(alone.result).toMatchObject({
      events: 14,
      whole: [],
      other: {
        seq: 11,
        before: [expect.stringContaining("send lantern.dark { id: 2 }") as string],
        now: [],
      },
    });
  });

  it("[RPL-06] gives the same person the same other name, and nobody the old one", async () => {
    const journal = writeJournal(temporaryFolder(), chatter());
    const { code, result, folder } = await cut(journal.path, "--session", "1", "--pseudonyms");
    expect(code).toBe(0);
    expect(result).toMatchObject({ other: null, events: 8 });
    const segment = join(folder, "journal", readdirSync(join(folder, "journal"))[0] ?? "");
    const text = readFileSync(segment, "latin1");
    expect(text).not.toMatch(/Lovelace|203\.0\.113\.7/);
    const said = [...text.matchAll(/[A-Z] [a-z]{2} [A-Z][a-z]{2} [A-Z][a-z]{7}/g)].map(
      ([each]) => each,
    );
    expect(said).toHaveLength(4);
    expect(new Set(said).size).toBe(1);
  });

  it("[RPL-06] keeps a field that it is told to keep", async () => {
    const journal = writeJournal(temporaryFolder(), chatter());
    const kept = await cut(
      ...([journal.path, "--session", "1", "--pseudonyms", "--keep", "echo.echo.bytes"] as const),
    );
    const { out } = await reprise("replay", kept.folder, "--events", "--json");
    expect(out).toContain(Buffer.from("Lovelace").toString("hex"));
    expect(out).not.toContain("203.0.113.7");
  });

  it("[RPL-06] names what it leaves as it was sent, and leaves nothing else", async () => {
    const driver = new RealmDriver().start();
    const connection = driver.connect("[2001:db8::17]:4001");
    driver.packet(connection, 1_004, new Uint8Array());
    for (const bytes of [bytesOf("Łukasz محمد"), bytesOf("-- !"), Uint8Array.of(0, 255)]) {
      driver.message(connection, echo.type, echo.message, { bytes });
    }
    driver.close(connection);
    const journal = writeJournal(temporaryFolder(), driver.events);
    const run = await cut(journal.path, "--session", "1", "--pseudonyms");
    expect(run.result).toMatchObject({
      other: null,
      shared: 0,
      untouched: { "echo.echo.bytes": 2 },
    });
    expect(run.err).toContain("warning: left as sent, look before it leaves: echo.echo.bytes");
    const segment = join(run.folder, "journal", "0000000000000001.segment");
    const text = readFileSync(segment, "utf8");
    expect(text).not.toMatch(/[Łم]|ukasz|2001:db8/);
  });

  it("keeps an event whose step failed, and the word of it, under their new numbers", async () => {
    const driver = new RealmDriver().start();
    const [first, second] = [driver.join(), driver.join()];
    driver.message(first, echo.type, echo.message, { bytes: bytesOf("a") });
    driver.message(second, echo.type, echo.message, { bytes: bytesOf("b") });
    const failed = driver.events.length;
    driver.step({
      type: "step.failed",
      at: driver.at,
      failed,
      connection: second,
      feature: "echo",
    } as never);
    driver.close(second);
    driver.close(first);
    const journal = writeJournal(temporaryFolder(), driver.events);
    const { result, folder } = await cut(journal.path, "--session", "2");
    expect(result).toMatchObject({ events: 6, other: null });
    const { out } = await reprise("replay", folder, "--events", "4..5", "--json");
    expect(out.trim().split("\n").map(read)).toMatchObject([
      { seq: 4, failed: true },
      { seq: 5, type: "step.failed", details: { failed: 4 } },
    ]);
  });

  // Skipped on Windows, which has no modes.
  it.skipIf(process.platform === "win32")(
    "[RPL-05] says that an export is not encrypted, and lets only owner and group read it",
    async () => {
      const folder = temporaryFolder();
      const journal = writeJournal(folder, chatter(), { keys: [logKey()] });
      const out = join(temporaryFolder(), "of", "mine");
      const key = join(folder, "key");
      writeFileSync(key, "5c".repeat(32));
      const run = await reprise(
        "export",
        journal.path,
        "--session",
        "1",
        "--out",
        out,
        "--key",
        key,
      );
      expect(run.err).toBe("");
      expect(run.out).toMatch(/^journal .* bytes, not encrypted$/m);
      const modeOf = (...way: readonly string[]): number =>
        statSync(join(out, ...way)).mode & 0o777;
      expect([modeOf(), modeOf("journal")].map((mode) => mode & 0o027)).toEqual([0, 0]);
      expect(modeOf("journal", "0000000000000001.segment") & 0o137).toBe(0);
      expect((await reprise("replay", out, "--check")).code).toBe(0);
    },
  );

  it("writes a test of it", async () => {
    const folder = temporaryFolder();
    const test = join(folder, "town.test.ts");
    const { err } = await reprise(
      ...["export", town, "--session", "1", "--features", shipped, "--out", join(folder, "log")],
      ...["--test", test],
    );
    expect(err).toBe("");
    expect(readFileSync(test, "utf8")).toContain(
      'await expectReplay(log, { features, outputs: "any" });',
    );
  });

  it("says what is not there, and overwrites nothing", async () => {
    const out = temporaryFolder();
    const nobody = await reprise(
      "export",
      town,
      "--features",
      shipped,
      "--session",
      "9",
      "--out",
      out,
    );
    expect(nobody.err).toContain("there is no session 9 in the log; the last one is 3");
    mkdirSync(join(out, "journal"));
    writeFileSync(join(out, "journal", "mine"), "");
    const full = await reprise(
      "export",
      town,
      "--features",
      shipped,
      "--session",
      "1",
      "--out",
      out,
    );
    expect(full.err).toContain("is no empty folder");
    expect((await reprise("export", town, "--out", out)).code).toBe(2);
  });
});

describe("pseudonyms", () => {
  const names = new Pseudonyms(Uint8Array.of(1, 2, 3));

  it("[RPL-06] have the length and the kinds of letters of the text", () => {
    for (const text of ["ada", "Ada Lovelace", "x", "Grüße, 42!", "환영합니다", "🙂🙂"]) {
      const other = names.of(text);
      expect(Buffer.byteLength(other)).toBe(Buffer.byteLength(text));
      const kinds = (value: string): string =>
        value.replaceAll(/[a-z]/g, "a").replaceAll(/[A-Z]/g, "A").replaceAll(/[0-9]/g, "0");
      expect(kinds(other).replaceAll(/[^\x20-\x7e]/g, "?")).toBe(
        kinds(text).replaceAll(/[^\x20-\x7e]/g, "?"),
      );
      expect(names.of(text)).toBe(other);
    }
  });

  it("[RPL-06] never make one of two, and are others under another key", () => {
    const texts = Array.from({ length: 2_000 }, (_, index) => `player${index}`);
    expect(new Set(texts.map((text) => names.of(text))).size).toBe(2_000);
    const others = new Pseudonyms(Uint8Array.of(9));
    expect(texts.filter((text) => others.of(text) === names.of(text)).length).toBeLessThan(10);
  });

  it("[RPL-06] leave no letter of any script, and nothing that only begins like a loopback", () => {
    const right = ["محمد", "דָּוִד", "٣"];
    const typed = [...right, "Łukasz Żółw", "สมชาย", "देवनागरी", "ǅ", "Ⅻ", "𐐷", "①②", "ß"];
    for (const text of [...typed, "127.5 is mine", "::1 is mine", "127.0.0.1.example", "5"]) {
      const other = Array.from(names.of(text));
      expect(Buffer.byteLength(other.join(""))).toBe(Buffer.byteLength(text));
      for (const [at, character] of Array.from(text).entries()) {
        const stays = !/[\p{L}\p{M}\p{N}]/u.test(character);
        expect({ text, character, stays: other[at] === character }).toEqual({
          ...{ text, character, stays },
        });
      }
    }
    expect(names.of("Łukasz Żółw")).toMatch(/^\p{Lu}\p{Ll}{5} \p{Lu}\p{Ll}{3}$/u);
    expect(names.of("محمد")).toMatch(/^\p{Script=Arabic}{4}$/u);
  });

  it("[RPL-06] make one host of one host of six, whose address is one and as long", () => {
    for (const host of [
      "2001:db8::17",
      "2001:DB8:0:1::",
      "fe80::1:2%eth0",
      "64:ff9b::192.0.2.33",
    ]) {
      const [one, two] = [names.address(`[${host}]:5000`), names.address(`[${host}]:61`)];
      expect(one).toMatch(/^\[.*\]:5000$/);
      expect(two).toBe(one.replace(/5000$/, "61"));
      const other = one.slice(1, -6);
      expect(other).not.toBe(host);
      expect({ host, family: isIP(other), length: other.length }).toEqual({
        ...{ host, family: 6, length: host.length },
      });
      expect(names.of(host)).toBe(other);
    }
  });

  it("leave the loopback alone, and make addresses of addresses", () => {
    expect(names.of("127.0.0.1")).toBe("127.0.0.1");
    expect(names.of("::1")).toBe("::1");
    expect(names.address("unknown")).toBe("unknown");
    expect(names.of("unknown")).not.toBe("unknown");
    expect(names.address("127.0.0.1:5000")).toBe("127.0.0.1:5000");
    expect(names.address("[::1]:5000")).toBe("[::1]:5000");
    const [one, two] = [names.address("198.51.100.23:1"), names.address("198.51.100.23:2")];
    expect(one).toMatch(/^1\d\d|2[0-2]\d\.\d\d\.\d{3}\.\d\d:1$/);
    expect(one.slice(0, -2)).toBe(two.slice(0, -2));
    expect(one).not.toContain("198.51.100.23");
  });
});

describe("reprise diff", () => {
  it("[RPL-07] says that two logs are the same", async () => {
    const [one, other] = [1, 2].map(() =>
      writeJournal(temporaryFolder(), chatter(), { eventsPerBlock: 7 }),
    );
    const { code, out } = await reprise("diff", one?.path ?? "", other?.path ?? "");
    expect(code).toBe(0);
    expect(out).toContain("the same: 22 events (1 to 22)");
  });

  it("[RPL-07] shows the first event that differs, decoded, and what differs in it", async () => {
    const events = chatter();
    const first = writeJournal(temporaryFolder(), events);
    const at = events.findLastIndex((event) => event.type === "packet.received");
    // What the same client said a round before.
    const before = events.filter((event) => event.type === "packet.received").at(-4);
    if (before === undefined) throw new Error("nobody has said anything");
    const changed = events.with(at, { ...before, at: (events[at] ?? before).at });
    const second = writeJournal(temporaryFolder(), changed);
    const { code, out } = await reprise("diff", first.path, second.path, "--json");
    expect(code).toBe(1);
    const { first: found } = read(out) as { first: Record<string, unknown> };
    expect(found).toMatchObject({
      seq: at + 1,
      what: "event",
      events: [{ packet: { name: "echo.echo" } }, { packet: { name: "echo.echo" } }],
      fields: [{ field: "event.bytes" }],
    });
  });

  it("[RPL-07] tells other effects of the same event, and who ends first", async () => {
    const events = chatter();
    const whole = writeJournal(temporaryFolder(), events);
    const short = writeJournal(temporaryFolder(), events.slice(0, 12));
    const end = await reprise("diff", whole.path, short.path);
    expect(end.out).toContain("event 13: one of them ends before it");
    expect(end.out).toContain("nothing: it ends with event 12");
    const mended = join(bugs, "fixed", "features.ts");
    const [out, other] = [join(temporaryFolder(), "a"), join(temporaryFolder(), "b")];
    const one = ["export", town, "--session", "1"];
    await reprise(...one, "--features", mended, "--out", out);
    await reprise(...one, "--features", shipped, "--out", other);
    const effects = await reprise("diff", out, other, "--features", shipped, "--json");
    expect(read(effects.out)).toMatchObject({ first: { what: "effects", agrees: "second" } });
  });
});
