/** Logs of servers with features of their own, read with other features than theirs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expectReplay } from "reprise/testing";
import { describe, expect, it } from "vitest";
import { realmConfig, startConfig } from "../../../src/core/realm/index.ts";
import { builtinFeatures } from "../../../src/index.ts";
import type { Feature } from "../../../src/index.ts";
import { reprise } from "../../support/command-line.ts";
import { fragile, fragileTypes } from "../../support/fragile.ts";
import { writeJournal } from "../../support/journal-folder.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const support = fileURLToPath(new URL("../../support", import.meta.url));
const own = join(support, "fragile-features.ts");
const hash = "[0-9a-f]{8}";
const advice = new RegExp(
  `this log was written with other features \\(contracts ${hash}, and these have ${hash}\\): ` +
    "give them with --features FILE; if it is of another build, replay it with that one",
);

/** The log of a server of that role whose one client sends a packet of the feature. */
function logOf(features: readonly Feature[], role: string): string {
  const driver = new RealmDriver({ features }).start();
  driver.packet(driver.join(), fragileTypes.arm, new Uint8Array());
  const config = startConfig({ ...realmConfig() }, driver.realm.contractHash, role);
  const events = driver.events.map((event) =>
    event.type === "server.started" ? { ...event, config } : event,
  );
  return writeJournal(temporaryFolder(), events, { features, checkpoint: true }).path;
}

const withFragile = (): string => logOf([...builtinFeatures, fragile], "game");

describe("a log of a server with features of its own", () => {
  it.each([["--check"], ["--bisect"], ["--until", "2"]])(
    "[RPL-10] is not called diverged alone by `replay %s` without them",
    async (...options) => {
      const { code, err } = await reprise("replay", withFragile(), ...options);
      expect(code).toBe(options[0] === "--until" ? 0 : 1);
      expect(err).toMatch(advice);
    },
  );

  it("[RPL-10] replays with them, and nothing is said", async () => {
    const { code, err } = await reprise("replay", withFragile(), "--check", "--features", own);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  it("[RPL-10] is told from others of a file that gives too many or too few", async () => {
    const file = join(support, "fragile.ts");
    const { code, err } = await reprise(
      ...["replay", logOf([...builtinFeatures, fragile], "login"), "--check", "--features", file],
    );
    expect(code).toBe(1);
    expect(err).toContain(`this log was written with other features than ${file} gives`);
    expect(err).toContain('let it export as "features" all that the server had');
  });

  it("[RPL-10] is not exported without them as if nothing were amiss", async () => {
    const out = join(temporaryFolder(), "out");
    const { err } = await reprise("export", withFragile(), "--session", "1", "--out", out);
    expect(err).toMatch(advice);
  });

  it("[RPL-10] is no beginning for `sim --from` without them, which says so", async () => {
    const given = ["--seeds", "1", "--seconds", "1", "--workers", "1"];
    const { err } = await reprise("sim", "--from", withFragile(), ...given);
    expect(err).toMatch(advice);
    const { err: fine } = await reprise(
      "sim",
      "--from",
      withFragile(),
      "--features",
      own,
      ...given,
    );
    expect(fine).not.toContain("features");
  });

  it("[RPL-10] fails in `expectReplay` without them, and with others, with what to do", async () => {
    const without = expectReplay(withFragile());
    await expect(without).rejects.toThrow(
      /written with other features .*: give them as "features"/,
    );
    const others = expectReplay(withFragile(), { features: [fragile] });
    await expect(others).rejects.toThrow(/other features than "features" has .*: give all that/);
  });

  it("[RPL-10] whose contracts are these is told of its divergence alone", async () => {
    const file = join(temporaryFolder(), "features.ts");
    const { href } = new URL("../../support/fragile.ts", import.meta.url);
    const index = new URL("../../../src/index.ts", import.meta.url).href;
    writeFileSync(
      file,
      `import { fragile } from ${JSON.stringify(href)};
      import { builtinFeatures } from ${JSON.stringify(index)};
      const arm = { ...fragile.implementation.packets.arm, handle(ctx) { ctx.state.armed = 7; } };
      const packets = { ...fragile.implementation.packets, arm };
      const implementation = { ...fragile.implementation, packets };
      export const features = [...builtinFeatures, { ...fragile, implementation }];`,
    );
    const { code, err } = await reprise("replay", withFragile(), "--check", "--features", file);
    expect(code).toBe(1);
    expect(err).toContain("it diverges at");
    expect(err).not.toContain("features");
  });

  it("[RPL-10] has names for its packets in `inspect --features`", async () => {
    const log = withFragile();
    expect((await reprise("inspect", log)).out).toContain("unknown 10902");
    const { code, out } = await reprise("inspect", log, "--features", own);
    expect(code).toBe(0);
    expect(out).toContain("fragile.arm 10902");
    expect(out).not.toContain("unknown 10902");
  });
});
