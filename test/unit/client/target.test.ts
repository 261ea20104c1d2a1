import { describe, expect, it } from "vitest";
import { parseTarget, sameFingerprint, showTarget } from "../../../src/client/target.ts";

const trust = { kind: "system" } as const;

describe("a target", () => {
  it.each([
    ["tls://127.0.0.1:8081", { host: "127.0.0.1", port: 8_081, trust }],
    ["tls://game.example:443/", { host: "game.example", port: 443, trust }],
    ["tcp://localhost:1", { host: "localhost", port: 1, trust: null }],
    ["tls://[::1]:65535", { host: "::1", port: 65_535, trust }],
  ])("is read from %s", (url, target) => {
    expect(parseTarget(url, trust)).toEqual(target);
    expect(showTarget(parseTarget(url, trust))).toBe(url.replace(/\/$/, ""));
  });

  it.each([
    ["", "tls://", "tls://host", "tls://host:", "tls://:80", "udp://host:80", "host:80"],
    ["tls://host:0", "tls://host:65536", "tls://host:80/path", "tls://::1:80", "tls://a b:80x"],
  ])("is not read from what is none: %s, ...", (...urls) => {
    for (const url of urls) expect(() => parseTarget(url, trust)).toThrow(`"${url}"`);
  });
});

describe("fingerprints", () => {
  it("mean the same in every spelling", () => {
    const bare = "0a1b2c3d";
    for (const other of ["0A:1B:2C:3D", "0A1B2C3D", "sha256:0a1b2c3d", "SHA-256 0A:1B:2C:3D"]) {
      expect(sameFingerprint(bare, other)).toBe(true);
    }
    expect(sameFingerprint(bare, "0A:1B:2C:3E")).toBe(false);
    expect(sameFingerprint(bare, "")).toBe(false);
  });
});
