/** Whatever a few clients do, the story of each can be cut out, and goes as it went. */
import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exportStory } from "../../../src/cli/replay/export.ts";
import { openLog } from "../../../src/cli/replay/log.ts";
import { ProgressLine } from "../../../src/cli/output.ts";
import { expectReplay } from "../../../src/cli/testing.ts";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { writeJournal } from "../../support/journal-folder.ts";
import { RealmDriver } from "../../support/realm-driver.ts";

const { echo } = echoContract.entries;

const action = fc.record({
  client: fc.nat(3),
  what: fc.constantFrom("say", "say", "say", "wait", "refuse", "leave"),
  text: fc.string({ maxLength: 20 }),
});

/** Steps what they do; a client who acts and is not there comes first. */
function eventsOf(actions: readonly { client: number; what: string; text: string }[]) {
  const driver = new RealmDriver().start();
  const there = new Map<number, ReturnType<typeof driver.join>>();
  for (const { client, what, text } of actions) {
    const connection = there.get(client) ?? driver.join();
    there.set(client, connection);
    driver.pass(1_000);
    if (what === "wait") driver.pass(20_000_000);
    else if (what === "refuse") driver.refused(connection);
    else if (what === "say") {
      const bytes = new Uint8Array(Buffer.from(text));
      driver.message(connection, echo.type, echo.message, { bytes });
    } else {
      driver.close(connection);
      there.delete(client);
    }
  }
  return driver.events;
}

describe("export", () => {
  it("[RPL-05] [RPL-06] keeps every story whole, with names or without", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 1, maxLength: 25 }),
        fc.boolean(),
        async (actions, hides) => {
          const folder = mkdtempSync(join(tmpdir(), "reprise-export-"));
          try {
            const { path } = writeJournal(join(folder, "whole"), eventsOf(actions));
            const log = await openLog(path, { features: null }, new ProgressLine());
            const target = join(folder, "story");
            const result = exportStory(log, {
              ...{ session: 1, player: null, folder: target, isAlone: false, budgetMs: 10_000 },
              ...{ key: hides ? Uint8Array.of(7) : null, kept: new Set<string>() },
              progress: new ProgressLine(),
            });
            expect(result.other).toBeNull();
            const { events } = await expectReplay(target);
            expect(events).toBe(result.events);
          } finally {
            rmSync(folder, { recursive: true, force: true });
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
