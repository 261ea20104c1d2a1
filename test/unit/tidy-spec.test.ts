import { describe, expect, it } from "vitest";
import { disagreements, idsIn, rulesIn } from "../../scripts/spec.ts";

const specification = `
- **SES-14** A frame of length 0 ends the session.
- **WIRE-01** Framing.
  - **WIRE-02** is not at the start of its line.
`;

describe("the rules of a specification", () => {
  it("are the list items that start with an id", () => {
    expect(rulesIn(specification)).toEqual(["SES-14", "WIRE-01"]);
  });
});

describe("the ids that a test names", () => {
  const ids = (text: string): string[] => [...idsIn("a.test.ts", text)];

  it("stand at the start of its title", () => {
    expect(ids('it("[SES-14] closes", () => {});')).toEqual(["SES-14"]);
    expect(ids('it.each([1])("[SES-14] [WIRE-01] closes %s", () => {});')).toEqual([
      "SES-14",
      "WIRE-01",
    ]);
    expect(ids("it(`[SES-14] closes ${n}`, () => {});")).toEqual(["SES-14"]);
    expect(ids('const table = [{ title: "[SES-14] closes" }];')).toEqual(["SES-14"]);
  });

  it("are not those of comments or of the middle of a title", () => {
    expect(ids('// [SES-14]\nit("closes [WIRE-01]", () => {});')).toEqual([]);
  });

  it("stand in comments where the compiler is the test", () => {
    expect([...idsIn("a.types.ts", "// [HND-06] does not compile")]).toEqual(["HND-06"]);
  });
});

describe("specification and tests", () => {
  const tests = (...ids: string[]): ReadonlyMap<string, ReadonlySet<string>> =>
    new Map([["test/a.test.ts", new Set(ids)]]);

  it("agree when each rule has a test and each test a rule", () => {
    expect(disagreements(["SES-14"], tests("SES-14"))).toEqual([]);
  });

  it("disagree on a rule without a test", () => {
    expect(disagreements(["SES-14", "SES-15"], tests("SES-14"))).toEqual([
      "docs/SPEC.md: SES-15 has no test that names it",
    ]);
  });

  it("disagree on a test without a rule", () => {
    expect(disagreements(["SES-14"], tests("SES-14", "SES-99"))).toEqual([
      "test/a.test.ts: SES-99 is no rule of docs/SPEC.md",
    ]);
  });

  it("disagree on a rule that is there twice", () => {
    expect(disagreements(["SES-14", "SES-14"], tests("SES-14"))).toEqual([
      "docs/SPEC.md: SES-14 is there twice",
    ]);
  });
});
