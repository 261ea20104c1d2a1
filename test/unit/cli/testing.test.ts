/** `reprise/testing`: logs as tests. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expectReplay } from "reprise/testing";
import { describe, expect, it } from "vitest";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { defineFeature } from "../../../src/core/realm/index.ts";
import { features as mended } from "../../fixtures/bugs/fixed/features.ts";
import { features as shipped } from "../../fixtures/bugs/features.ts";
import { writeJournal } from "../../support/journal-folder.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const town = join(fileURLToPath(new URL("../../fixtures/bugs", import.meta.url)), "town");

describe("expectReplay", () => {
  it("[RPL-04] fails with the event at which a feature breaks its rule", async () => {
    const replay = expectReplay(town, { features: shipped });
    await expect(replay).rejects.toThrow(/event 11: broken: lantern: what is lit will burn out/);
    await expect(replay).rejects.toThrow("feature:lantern.lit{3}: 3 -> nothing");
  });

  it("[RPL-04] passes once the feature is mended, where outputs may be others", async () => {
    const { events, sent } = await expectReplay(town, { features: mended, outputs: "any" });
    expect(events).toBe(25);
    expect(sent.filter(({ name }) => name === "session.error")).toEqual([]);
    const lit = sent.filter(({ name }) => name === "lantern.place.reply");
    expect(lit.map(({ session, fields }) => [session, fields["id"]])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [1, 4],
      [1, 5],
      [1, 6],
    ]);
  });

  it("[RPL-04] fails where an output is another one than was recorded", async () => {
    const replay = expectReplay(town, { features: mended });
    await expect(replay).rejects.toThrow("event 18: its effects have digest");
    const before = await expectReplay(town, { features: mended, until: 10 });
    expect(before.events).toBe(10);
  });

  it("steps with what the role has when it is told nothing else", async () => {
    const driver = new RealmDriver().start();
    driver.join();
    const journal = writeJournal(temporaryFolder(), driver.events);
    expect(await expectReplay(journal.path)).toMatchObject({ digest: journal.digest });
  });

  it("steps an event that failed once more, where outputs may be others", async () => {
    const throwing = (message: string | null) =>
      defineFeature({ contract: echoContract, version: 1, state: () => ({}) }).implement({
        packets: {
          echo: {
            states: ["connected"],
            handle(ctx, bytes) {
              if (message !== null) throw new Error(message);
              ctx.reply({ bytes });
            },
          },
          promptEcho: { states: ["connected"], handle: (ctx, bytes) => ctx.reply({ bytes }) },
        },
      });
    const withEcho = (message: string | null) =>
      builtinFeatures.map((each) => (each.name === "echo" ? throwing(message) : each));
    const driver = new RealmDriver().start();
    const client = driver.join();
    const { echo } = echoContract.entries;
    driver.message(client, echo.type, echo.message, { bytes: Uint8Array.of(1) });
    const failed = driver.events.length;
    const at = driver.events.at(-1)?.at ?? driver.at;
    const events = [
      ...driver.events,
      { type: "step.failed", at, failed, connection: client, feature: "echo" } as never,
    ];
    const { path } = writeJournal(temporaryFolder(), events, { features: withEcho(null) });
    await expectReplay(path, { features: withEcho(null), outputs: "any" });
    const still = expectReplay(path, { features: withEcho("five"), outputs: "any" });
    await expect(still).rejects.toThrow("echo threw Error: five");
  });
});
