import { describe, expect, it } from "vitest";
import { defaultHostConfig, hostConfig } from "../../../src/core/host/index.ts";
import { limits } from "../../../src/core/kernel/limits.ts";

describe("the host's configuration", () => {
  it("[NET-02] takes what is left out from the table of limits", () => {
    const config = hostConfig({ role: "game" });
    expect(config).toEqual({ role: "game", ...defaultHostConfig });
    expect(config.connectionsMax).toBe(5_000);
    expect(config.outboundBytesMax).toBe(limits.outboundBytesMax);
    expect(config.durability).toBe("fsync");
  });

  it.each([
    [{ connectionsMax: 0 }, /connectionsMax must be a number >= 1/],
    [{ drainTimeoutMs: Number.NaN }, /drainTimeoutMs must be a number/],
    [{ outboundLowBytes: 300_000 }, /outboundLowBytes < outboundHighBytes/],
    [{ outboundBytesMax: 100_000 }, /outboundHighBytes < outboundBytesMax/],
    [{ blockBytesMax: 67_108_864 }, /blockBytesMax must be below segmentBytesMax/],
    [{ inboundBytesMax: 131_079 }, /inboundBytesMax must hold two of the largest frames/],
  ])("[NET-02] refuses %o, and names the key", (given, message) => {
    expect(() => hostConfig({ role: "game", ...given })).toThrow(message);
  });

  it("allows a commit window of nothing", () => {
    expect(hostConfig({ role: "game", commitWindowMs: 0 }).commitWindowMs).toBe(0);
  });
});
