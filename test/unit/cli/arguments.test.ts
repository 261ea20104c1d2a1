import { describe, expect, it } from "vitest";
import {
  decimal,
  flag,
  integer,
  readArguments,
  text,
  texts,
  UsageError,
} from "../../../src/cli/arguments.ts";
import { nearest } from "../../../src/core/kernel/nearest.ts";

const options = {
  clients: integer(100, { min: 1, max: 5_000 }),
  rate: decimal(10, { min: 0.1, max: 1_000 }),
  target: text(null),
  set: texts(),
  json: flag(),
};

const read = (...argv: string[]) => readArguments(argv, options).values;

describe("arguments", () => {
  it("have their defaults when nothing is given", () => {
    expect(read()).toEqual({ clients: 100, rate: 10, target: null, set: [], json: false });
  });

  it("are read in both spellings, repeated where that makes sense", () => {
    expect(
      read(
        "--clients",
        "7",
        "--rate=0.5",
        "--json",
        "--set",
        "a=1",
        "--set=b=2",
        "--target=tls://x:1",
      ),
    ).toEqual({ clients: 7, rate: 0.5, target: "tls://x:1", set: ["a=1", "b=2"], json: true });
  });

  it("take a value that looks like an option, and end at --", () => {
    expect(read("--target", "--json")).toMatchObject({ target: "--json", json: false });
    const { positionals } = readArguments(["--json", "--", "--odd"], options, ["PATH"]);
    expect(positionals).toEqual(["--odd"]);
  });

  it.each([
    [["--client", "7"], "unknown option --client; did you mean --clients?"],
    [["--jsno"], "unknown option --jsno; did you mean --json?"],
    [["--volume"], "unknown option --volume"],
    [["-json"], "unknown option -json; did you mean --json?"],
    [["--clients"], "--clients needs a value"],
    [["--clients", "many"], '--clients is a whole number from 1 to 5000, not "many"'],
    [["--clients", "1.5"], '--clients is a whole number from 1 to 5000, not "1.5"'],
    [["--clients", "5001"], '--clients is a whole number from 1 to 5000, not "5001"'],
    [["--clients", ""], '--clients is a whole number from 1 to 5000, not ""'],
    [["--rate", "0x10"], '--rate is a number from 0.1 to 1000, not "0x10"'],
    [["--json=yes"], "--json takes no value"],
    [["--clients", "1", "--clients", "2"], "--clients is there twice"],
    [["stray"], 'unexpected argument "stray"'],
    [["--toString", "1"], "unknown option --toString"],
  ])("that are wrong are named: %j", (argv, message) => {
    expect(() => read(...argv)).toThrow(new UsageError(message));
  });

  it("that are missing are named", () => {
    expect(() => readArguments([], options, ["PATH"])).toThrow(new UsageError("PATH is missing"));
  });

  it("in brackets may be missing", () => {
    expect(readArguments([], options, ["[PATH]"]).positionals).toEqual([]);
    expect(readArguments(["x"], options, ["[PATH]"]).positionals).toEqual(["x"]);
    const tooMany = (): unknown => readArguments(["x", "y"], options, ["[PATH]"]);
    expect(tooMany).toThrow(new UsageError('unexpected argument "y"'));
  });
});

describe("nearest", () => {
  const names = ["serve", "load", "replay", "inspect", "sim", "kill", "cert", "config"];

  it.each([
    ["laod", "load"],
    ["reply", "replay"],
    ["Serve", "serve"],
    ["inspekt", "inspect"],
    ["confg", "config"],
    ["sin", "sim"],
    ["dance", null],
    ["", null],
  ])("knows what %j means", (typed, meant) => {
    expect(nearest(typed, names)).toBe(meant);
  });
});
