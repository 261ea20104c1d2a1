/** The Python client of `examples`, which shows that docs/CLIENTS.md is enough to write one. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startGame } from "../../support/game-server.ts";
import { run } from "../../support/served.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const example = `${root}/examples/clients/python/example.py`;

/** Why there is no Python to run, or null. */
function missingPython(): string | null {
  try {
    const version = execFileSync("python3", ["--version"], { encoding: "utf8" });
    const [, minor = "0"] = /Python 3\.(\d+)/.exec(version) ?? [];
    return Number(minor) >= 8 ? null : `it needs Python 3.8 or later, this is ${version.trim()}`;
  } catch {
    return "there is no python3 on this machine";
  }
}

// Skipped where there is no Python: it is an example, and nothing of the server needs it.
const missing = missingPython();
const python = (...argv: string[]) => run("python3", ["-B", example, ...argv], { cwd: root });

describe("the Python client", () => {
  it("[WIRE-14] reads and writes the vectors of protocol version 1", async ({ skip }) => {
    if (missing !== null) skip(missing);
    const { code, out, err } = await python("--vectors", "test/fixtures/wire-v1");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^vectors: \d{2,} agree/);
  });

  it("greets, echoes and beats over TLS, by fingerprint and by authority", async ({ skip }) => {
    if (missing !== null) skip(missing);
    const { url, dataDir, server } = await startGame();
    const certFile = server.certificate?.certFile ?? "";
    const byRunFile = ["--run-file", `${dataDir}/game/run.json`];
    for (const trust of [byRunFile, ["--ca", certFile]]) {
      const { code, out, err } = await python("--target", url, ...trust, "--echoes", "12");
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toContain("hello: protocol 1\nechoes: 12\n");
      expect(out).toMatch(/heartbeat: server time 1\d{12}\nrefusal: 100\n$/);
    }
    const fooled = await python("--target", url, "--fingerprint", "00".repeat(32));
    expect(fooled.code).not.toBe(0);
    expect(fooled.err).toContain("the certificate's fingerprint is");
  });

  it("speaks in clear to a server without TLS", async ({ skip }) => {
    if (missing !== null) skip(missing);
    const { url } = await startGame({ set: { "tls.enabled": false } });
    const { code, out } = await python("--target", url);
    expect(code).toBe(0);
    expect(out).toContain("echoes: 10");
  });

  it("says in one line what does not speak as it does", async ({ skip }) => {
    if (missing !== null) skip(missing);
    const { url, server } = await startGame({ set: { "tls.enabled": false } });
    const secure = url.replace("tcp:", "tls:");
    const http = `tcp://127.0.0.1:${server.metricsPort ?? 0}`;
    const told = [
      [secure, /; does it speak TLS\? A server without it is tcp:/],
      [http, /: \S+/],
      ["tcp://127.0.0.1:1", /refused/],
    ] as const;
    for (const [target, what] of told) {
      const { code, out, err } = await python("--target", target, "--insecure");
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toMatch(/^example\.py: .*\n$/);
      expect(err).toMatch(what);
    }
  });
});
