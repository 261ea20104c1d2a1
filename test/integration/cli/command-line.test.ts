/** The `reprise` command as a user runs it, in a process of its own. */
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { run, serve, mainFile } from "../../support/served.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const reprise = (argv: readonly string[], cwd?: string) =>
  run(process.execPath, [mainFile, ...argv], cwd === undefined ? {} : { cwd });

const names = [
  ...["serve", "load", "watch", "replay", "inspect", "export", "diff", "recover", "sim"],
  ...["accounts", "sessions", "announce", "capture", "kill", "cert", "config"],
];
const packageFile = fileURLToPath(new URL("../../../package.json", import.meta.url));

describe("reprise", () => {
  it("[NMT-18] lists its commands, and every command explains itself", async () => {
    const { code, out, err } = await reprise(["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const listed = [...out.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name);
    expect(listed).toEqual(names);
    for (const name of names) {
      const help = await reprise([name, "--help"]);
      expect({ name, code: help.code, err: help.err }).toEqual({ name, code: 0, err: "" });
      expect(help.out).toContain(`reprise ${name}`);
      expect(help.out).toMatch(/Usage:/);
    }
    const { out: load } = await reprise(["load", "--help"]);
    for (const scenario of ["ping", "walk", "login-storm"]) expect(load).toMatch(`${scenario}: `);
  });

  it("says its version", async () => {
    const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };
    const { code, out } = await reprise(["--version"]);
    expect(code).toBe(0);
    expect(out).toBe(`reprise ${version} on Node ${process.versions.node}\n`);
  });

  it("[NMT-18] answers bad usage in one line, with what was perhaps meant", async () => {
    const cases: readonly (readonly [string[], string])[] = [
      [["laod"], "did you mean reprise load?"],
      [["load", "--clinets", "3"], "did you mean --clients?"],
      [["replay"], "PATH is missing"],
      [["load", "--target", "foo"], '--target "foo" is no address of a server'],
      [["kill", "--role", "gmae"], "--role is one of all, login, game, data"],
      [["config", "print", "--set", "foo"], "write it as --set key=value"],
      [
        ["config", "print", "--set", "zzz=1"],
        'unknown key "zzz" (--set); see reprise config keys\n',
      ],
    ];
    for (const [argv, meant] of cases) {
      const { code, out, err } = await reprise(argv);
      expect({ argv, code, out }).toEqual({ argv, code: 2, out: "" });
      expect(err).toContain(meant);
      expect(err.trim().split("\n")).toHaveLength(1);
    }
  });

  it("answers a failure in one line, and in one object when JSON is wanted", async () => {
    const { code, out, err } = await reprise(["inspect", "nowhere", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({ error: "nowhere does not exist" });
    expect(err).toBe("reprise inspect: nowhere does not exist\n");
  });

  it("lets a client of the same folder trust the server that it started", async () => {
    const home = temporaryFolder();
    mkdirSync(`${home}/data`);
    const { url } = await serve(`${home}/data`);
    const sdk = new URL("../../../src/client/index.ts", import.meta.url).href;
    const contracts = new URL("../../../src/core/features/contracts.ts", import.meta.url).href;
    const script = `
      import { connect } from ${JSON.stringify(sdk)};
      import { echoContract } from ${JSON.stringify(contracts)};
      const game = await connect(${JSON.stringify(url)}, { contracts: [echoContract] });
      const { bytes } = await game.echo.echo({ bytes: Uint8Array.of(7) });
      console.log(bytes[0]);
      await game.close();`;
    const program = ["--input-type=module", "--eval", script];
    expect(await run(process.execPath, program, { cwd: home })).toMatchObject({
      code: 0,
      out: "7\n",
    });
    const stranger = await run(process.execPath, program, { cwd: temporaryFolder() });
    expect(stranger.code).toBe(1);
    expect(stranger.err).toContain("UNTRUSTED");
  });
});
