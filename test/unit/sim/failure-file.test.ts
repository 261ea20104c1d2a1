/** Failure files: what is in them survives the way through a file, and being shrunk. */
import { describe, expect, it } from "vitest";
import { shrunkFile, shrunkText } from "../../../src/cli/sim/shrink.ts";
import {
  calmOptions,
  failureFile,
  failureText,
  FileShrinking,
  readFailureFile,
  simulate,
} from "../../../src/sim/index.ts";
import type { ClientScript, FailureFile, Given, Plan } from "../../../src/sim/index.ts";
import { simulatedHost } from "../../../src/sim/host.ts";
import { plantedBugs } from "../../support/planted-bugs.ts";
import { sabotaged } from "../../support/sabotage.ts";

/** Told to let three in, while its checkers believe in two. */
const given = (): Given => ({ host: simulatedHost({ host: { connectionsMax: 3 } }) });

function found(): FailureFile {
  const fixed = { seconds: 3, server: { connectionsMax: 2 } };
  for (let seed = 1; seed <= 20; seed += 1) {
    const result = simulate({ ...given(), seed, fixed });
    if (result.failure !== null) return failureFile(result, result.failure, "x.json");
  }
  throw new Error("the planted bug was not found");
}

const read = (file: FailureFile): FailureFile => readFailureFile(JSON.parse(failureText(file)));

describe("a failure file", () => {
  it("[TST-13] is made small, told, and fails again", () => {
    const file = found();
    const shrinking = new FileShrinking(file, { given });
    while (shrinking.step());
    const small = read(shrinking.file());
    expect(small.shrunk?.eventsBefore).toBeGreaterThan(small.shrunk?.events ?? Infinity);
    expect(small.shrunk?.events).toBeLessThanOrEqual(6);
    expect(small).toMatchObject({
      fingerprint: file.fingerprint,
      checker: "connection-cap",
      rule: file.rule,
      replay: file.replay,
      seed: file.seed,
    });
    expect(small.story.join("\n")).toContain("BROKEN (connection-cap)");
    const again = simulate({ ...given(), plan: small.plan }).failure;
    expect([again?.fingerprint, again?.message]).toEqual([small.fingerprint, small.message]);
    expect(shrunkText(small)).toMatch(/^shrunk from [\d,]+ events to \d in \d+ runs$/);
  });

  it("of two runs that differ says where they do, in the state, too", () => {
    const bug = plantedBugs.find(({ name }) => name === "a feature remembers outside of its state");
    if (bug === undefined) throw new Error("it is planted no more");
    // Not made anew: what one run remembers, the next one meets.
    const host = sabotaged(bug.make());
    let result = simulate({ seed: 1, host });
    for (let seed = 2; result.failure === null && seed <= 20; seed += 1) {
      result = simulate({ seed, host });
    }
    const { failure } = result;
    if (failure === null) throw new Error("the planted bug was not found");
    expect(failure.checker).toBe("determinism");
    const shrinking = new FileShrinking(failureFile(result, failure, "x.json"), {
      given: () => ({ host }),
    });
    while (shrinking.step());
    const { message, story, shrunk } = shrinking.file();
    expect(shrunk?.events).toBeLessThanOrEqual(4);
    expect(message).toContain("; first at step ");
    expect(story.at(-1)).toContain(`BROKEN (determinism): ${message}`);
  });

  it("that does not fail again, or of which somebody has had enough, stays what it was", async () => {
    const file = found();
    // The command plants nothing.
    const progress: string[] = [];
    const watch = {
      isStopped: () => false,
      progress: (text: () => string) => void progress.push(text()),
    };
    expect(await shrunkFile(file, watch)).toEqual(file);
    expect(shrunkText(file)).toBeNull();
    expect(new FileShrinking(file, { given }).file()).toEqual(file);
  });

  it("keeps what JSON has no words for", () => {
    const message = { bytes: Uint8Array.of(0, 255), number: -0, big: 2n ** 70n, none: NaN };
    const asks: ClientScript = {
      kind: "player",
      name: "1",
      actions: [{ type: "tell", atMicros: 5, contract: "lamp", key: "turn", message }],
    };
    const plan: Plan = {
      format: 1,
      scenario: "echo",
      entropy: 1,
      options: calmOptions,
      scripts: [asks],
      decisions: { "network/1.1/toServer/fragment#0": [1, 2] },
    };
    const file = { ...found(), plan };
    expect(read(file)).toEqual(file);
  });

  it("of an older build has no story and was not shrunk", () => {
    const { story: _story, shrunk: _shrunk, rule: _rule, ...older } = found();
    expect(readFailureFile(older)).toMatchObject({ story: [], shrunk: null, rule: "" });
  });
});
