import { renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findJournal } from "../../../src/cli/journal-files.ts";
import { featuresFor, roleOf } from "../../../src/cli/journal-role.ts";
import type { Event } from "../../../src/core/contract.ts";
import { builtinFeatures, featuresOf } from "../../../src/core/features/index.ts";
import { realmConfig, startConfig } from "../../../src/core/realm/index.ts";
import type { Feature } from "../../../src/core/realm/index.ts";
import { reprise } from "../../support/command-line.ts";
import { writeJournal } from "../../support/journal-folder.ts";
import type { WriteOptions } from "../../support/journal-folder.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** Some events of a server whose starts say so of its role; null: as they did before roles. */
function eventsOf(role: string | null, features: readonly Feature[]): readonly Event[] {
  const driver = new RealmDriver({ features }).start();
  const connection = driver.join();
  driver.packet(connection, 2_999, new Uint8Array());
  if (role === null) return driver.events;
  const config = startConfig({ ...realmConfig() }, driver.realm.contractHash, role);
  return driver.events.map((event) =>
    event.type === "server.started" ? { ...event, config } : event,
  );
}

/** The journal of such a server, below a folder of that name. */
function journalIn(
  name: string,
  role: string | null,
  features: readonly Feature[],
  more: WriteOptions = {},
) {
  const folder = join(temporaryFolder(), name);
  return writeJournal(folder, eventsOf(role, features), { features, ...more });
}

describe("the role of a log", () => {
  it.each(["login", "game"] as const)(
    "[JRN-05] %s is in the log, and replays with its features",
    async (role) => {
      const features = featuresOf(role);
      const journal = journalIn("elsewhere", role, features, { stateDigestEvery: 1 });
      expect(featuresFor(findJournal(journal.path))).toBe(features);
      const { code, out, err } = await reprise("replay", journal.path, "--check", "--json");
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(JSON.parse(out)).toMatchObject({ digest: journal.digest, diverged: null });
      const seen = await reprise("inspect", journal.path, "--json");
      expect(JSON.parse(seen.out)).toMatchObject({ role });
      expect((await reprise("inspect", journal.path)).out).toMatch(new RegExp(`role +${role}\\n`));
    },
  );

  it("is what the log says, whatever its folder is called", () => {
    const { path } = journalIn("game", "login", builtinFeatures);
    expect(roleOf(findJournal(path))).toBe("login");
  });

  it("is its folder's name where no segment begins with a start", () => {
    const journal = journalIn("game", "login", builtinFeatures, {
      segmentsAt: [2],
      eventsPerBlock: 2,
    });
    const [, later] = findJournal(journal.path).segments;
    expect(roleOf(findJournal(later?.path ?? ""))).toBe("game");
    const elsewhere = join(temporaryFolder(), "0000000000000003.segment");
    renameSync(later?.path ?? "", elsewhere);
    expect(roleOf(findJournal(elsewhere))).toBeNull();
  });

  it("is none in a log from before there were roles, which all of them replay", () => {
    const journal = journalIn("game", null, builtinFeatures);
    expect(roleOf(findJournal(journal.path))).toBeNull();
    expect(featuresFor(findJournal(journal.path))).toBe(builtinFeatures);
  });

  it("that this build does not know is refused, and named", async () => {
    const journal = journalIn("oracle", "oracle", builtinFeatures);
    const { code, err } = await reprise("replay", journal.path);
    expect(code).toBe(1);
    expect(err).toContain('a server of role "oracle" wrote this log');
    expect((await reprise("inspect", journal.path, "--json")).code).toBe(0);
  });
});
