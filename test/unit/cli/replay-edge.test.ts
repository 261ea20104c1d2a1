/** `reprise replay --edge` and `--events` on what is damaged, cut off or asked for in vain. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { capturePath, captureTail, CaptureWriter, crc32 } from "../../../src/core/journal/index.ts";
import type { CaptureRecord } from "../../../src/core/journal/index.ts";
import { connectionId, incarnation, micros } from "../../../src/core/kernel/ids.ts";
import { reprise } from "../../support/command-line.ts";
import { logIdentity } from "../../support/journal-log.ts";
import { writeJournal } from "../../support/journal-folder.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const edge = { lengthEndian: "little", perSecond: 60, burst: 180, budgetMultiplier: 1 } as const;

/** Nobody whom the journal knows: what is in the capture is not compared with anything. */
const stranger = 4_000;

/** The parts of a file with so many records each, the first of which open connections of theirs. */
function partsOf(file: number, parts: number, connection = stranger): readonly Uint8Array[] {
  const writer = new CaptureWriter({ identity: logIdentity(), file, edge }, null, crc32);
  return Array.from({ length: parts }, (_, index) => {
    const own = { connection: connectionId(connection), at: micros(index + 1) };
    const bytes = new Uint8Array(40).fill(65 + index);
    if (file === 1 && index === 0) writer.put({ type: "opened", ...own, remote: "192.0.2.1:1" });
    writer.put({ type: "received", ...own, bytes } satisfies CaptureRecord);
    return writer.take() ?? new Uint8Array(0);
  });
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** A journal of a few events, and captures with these bytes, the first of them file 1. */
function logWith(...captures: readonly Uint8Array[]): string {
  const folder = temporaryFolder();
  const driver = new RealmDriver().start();
  driver.close(driver.join());
  writeJournal(folder, driver.events);
  for (const [index, bytes] of captures.entries()) {
    const path = join(folder, capturePath(incarnation(logIdentity().incarnation), index + 1));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  return folder;
}

describe("replay --edge", () => {
  it("[CAP-01] says that a capture was not finished, which is nothing wrong", async () => {
    const parts = partsOf(1, 3);
    const whole = joined(parts);
    const start = whole.length - (parts[2]?.length ?? 0);
    expect((await reprise("replay", logWith(whole), "--edge")).out).not.toContain("not finished");
    for (const end of [start + 3, start + 8, whole.length - 1]) {
      const { code, out, err } = await reprise("replay", logWith(whole.slice(0, end)), "--edge");
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toContain(
        `byte ${start}: ${end - start} bytes at the end, of a part that was not`,
      );
    }
  });

  it("[CAP-01] says where a capture is damaged, with whatever bit of whichever part", async () => {
    const parts = partsOf(1, 3);
    const whole = joined(parts);
    const second = parts[0]?.length ?? 0;
    for (const [at, bit] of [
      [second, 1],
      [second, 0x80],
      [second + 1, 1],
      [second + 3, 0x80],
      [second + 5, 1],
      [second + 20, 1],
    ] as const) {
      const bytes = whole.slice();
      bytes[at] = (bytes[at] ?? 0) ^ bit;
      const { code, err } = await reprise("replay", logWith(bytes), "--edge");
      expect({ at, bit, code }).toEqual({ at, bit, code: 1 });
      expect(err).toContain(`byte ${second}: it is damaged; ${whole.length - second} bytes`);
    }
    const last = whole.slice();
    last[whole.length - 1] = 0;
    const { code, out } = await reprise("replay", logWith(last), "--edge", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ damaged: [{ what: "it is damaged" }], unfinished: [] });
    expect(captureTail(joined([whole, new Uint8Array(99)]), whole.length)).toBe("damaged");
  });

  it("[CAP-01] says that a capture was cut off in the middle, or lacks a file", async () => {
    const [one, two, three] = [1, 2, 3].map((file) => joined(partsOf(file, 2)));
    const files = [one, two, three].map((each) => each ?? new Uint8Array(0));
    expect((await reprise("replay", logWith(...files), "--edge")).code).toBe(0);
    const cut = await reprise(
      ...["replay", logWith(files[0]?.slice(0, -5) ?? new Uint8Array(0), ...files.slice(1))],
      "--edge",
    );
    expect(cut.code).toBe(1);
    expect(cut.err).toContain("it is cut off, and goes on in the next file");
    const lacking = logWith(...files);
    const path = capturePath(incarnation(logIdentity().incarnation), 2);
    writeFileSync(join(lacking, path), readFileSync(join(lacking, path.replace("2.", "3."))));
    const { code, err } = await reprise("replay", lacking, "--edge");
    expect({ code, err }).toMatchObject({ code: 1 });
    expect(err).toContain("byte 0: the file before it is missing");
  });

  it("[CAP-01] takes no block of the journal that cannot be read for an empty one", async () => {
    const folder = logWith(joined(partsOf(1, 1)));
    const path = join(folder, "journal", "0000000000000001.segment");
    const bytes = new Uint8Array(readFileSync(path));
    const start = Buffer.from(bytes).indexOf(Buffer.from([0xab, 0x42, 0x4c, 0x4b]));
    const view = new DataView(bytes.buffer);
    const end = start + 84 + view.getUint32(start + 36, true);
    // Checksums fit, and what they are of is no batch.
    bytes.fill(0xc1, start + 84, end);
    view.setUint32(start + 76, crc32(bytes, start + 84, end, 0), true);
    view.setUint32(start + 80, crc32(bytes, start, start + 80, 0), true);
    writeFileSync(path, bytes.slice(0, end));
    const { code, err } = await reprise("replay", folder, "--edge");
    expect(code).toBe(1);
    expect(err).toContain(`0000000000000001.segment, byte ${start}: `);
  });
});

describe("replay --events", () => {
  it("[RPL-02] refuses a range whose end is before its beginning", async () => {
    const folder = logWith();
    const { code, err, out } = await reprise("replay", folder, "--events", "3..2");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain('--events takes the smaller sequence first, not "3..2"');
    expect((await reprise("replay", folder, "--events", "2..2")).code).toBe(0);
  });
});
