import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { defaultHostConfig } from "../../../src/core/host/config.ts";
import { defaultRealmConfig } from "../../../src/core/realm/config.ts";
import {
  addressOf,
  configOf,
  hostConfigOf,
  loadConfig,
  realmConfigOf,
  rolesOf,
} from "../../../src/io/config.ts";
import type { LoadedConfig } from "../../../src/io/config.ts";
import { settings } from "../../../src/io/settings.ts";
import { StartError, usageExitCode } from "../../../src/io/start-error.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const load = (sets: readonly string[], file: string | null = null): LoadedConfig =>
  loadConfig({ file, sets, options: {} });

function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    const isOurs = error instanceof StartError && error.code === "CONFIG_INVALID";
    const isKnown = isOurs && [1, usageExitCode].includes(error.exitCode);
    if (isKnown && !error.message.includes("\n")) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

it("[NET-02] [NET-03] [NET-04] [NET-06] [NET-09] [NET-10] the defaults are the table's", () => {
  const { config } = load([]);
  expect(config.address).toBe("0.0.0.0");
  expect(config.ports).toEqual({ login: 8080, game: 8081 });
  expect(config.host.noDelay).toBe(true);
  expect(config.host.backlog).toBe(100);
  expect(config.metrics).toEqual({
    enabled: true,
    address: "127.0.0.1",
    port: 9464,
    views: "auto",
  });
  expect(config.tls.minVersion).toBe("TLSv1.2");
  expect(config.mode).toBe("development");
  expect(hostConfigOf(config, "game")).toEqual({
    ...defaultHostConfig,
    role: "game",
    follower: availableParallelism() >= 2 ? "on" : "rotation",
    folder: "data/game",
    reserveBytes: 16_777_216,
  });
  expect(hostConfigOf(config, "login")).toEqual({
    ...defaultHostConfig,
    role: "login",
    follower: availableParallelism() >= 2 ? "on" : "rotation",
    folder: "data/login",
    reserveBytes: 16_777_216,
    connectionsMax: 1_000,
    durability: "written",
  });
  const spaced = hostConfigOf({ ...config, dataDir: "my data" }, "game");
  expect(spaced.folder).toBe("'my data/game'");
  expect(hostConfigOf(load(["journal.adoptTail=true"]).config, "game").adoptTail).toBe(true);
  expect(realmConfigOf(config)).toEqual({ ...defaultRealmConfig, loginLoopbackExempt: 1 });
});

it("[AUTH-10] the oldest client let in is a version, and one number to the realm", () => {
  const numberOf = (version: string): number =>
    realmConfigOf(load([`realm.clientVersionMin="${version}"`]).config).clientVersionMin;
  expect(numberOf("1.4.2")).toBe(1_004_002);
  expect(numberOf("2.10")).toBe(2_010_000);
  expect(numberOf("0")).toBe(0);
  expect(() => numberOf("1.x")).toThrow("realm.clientVersionMin");
  expect(() => numberOf("1.1000")).toThrow("realm.clientVersionMin");
});

it("[AUTH-20] production limits the logins of its own machine, too", () => {
  const production = { ...load([]).config, mode: "production" } as const;
  expect(realmConfigOf(production).loginLoopbackExempt).toBe(0);
});

it("[NET-02] every default is a value that its own setting takes", () => {
  for (const { key, schema, fallback } of settings) {
    expect([key, schema.safeParse(fallback)]).toMatchObject([key, { success: true }]);
  }
  expect(new Set(settings.map(({ key }) => key)).size).toBe(settings.length);
});

it("[NET-02] the configuration is frozen", () => {
  const { config } = load([]);
  expect(Object.isFrozen(config)).toBe(true);
  const parts = Object.values(config).filter((part) => typeof part === "object");
  expect(parts.length).toBeGreaterThan(5);
  expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
});

it("[NET-03] development binds the loopback whatever the address says", () => {
  expect(addressOf(load(["address=10.0.0.1"]).config)).toBe("127.0.0.1");
  const production = ["mode=production", "address=10.0.0.1", "tls.certFile=c", "tls.keyFile=k"];
  expect(addressOf(load(production).config)).toBe("10.0.0.1");
});

it("[NET-05] the published name of the workers is refused with ours", () => {
  expect(refusal(() => load(["worker_threads=4"]))).toContain("did you mean io.workers?");
  expect(load(["io.workers=0"]).config.io.workers).toBe(0);
  expect(load(["io.workers=auto"]).config.io.workers).toBe("auto");
  expect(refusal(() => load(["io.workers=4"]))).toBe(
    "io.workers must be auto or 0 (more are not served yet), not 4 (--set)",
  );
});

it("[NET-02] an unknown key is refused, named, with what was perhaps meant", () => {
  const meant: Readonly<Record<string, string>> = {
    "ports.gmae": "ports.game",
    "prots.game": "ports.game",
    "host.conectionsMax": "host.connectionsMax",
    connectionsMax: "host.connectionsMax",
    backlog: "host.backlog",
    "tls.minversion": "tls.minVersion",
    idleTimeoutMs: "realm.idleTimeoutMs",
    "host.idleTimeoutMs": "realm.idleTimeoutMs",
    max_connections: "host.connectionsMax",
    tcp_no_delay: "host.noDelay",
    accept_backlog: "host.backlog",
    io_context_pool_size: "io.workers",
    lengthendian: "host.lengthEndian",
  };
  for (const [typed, right] of Object.entries(meant)) {
    expect(refusal(() => load([`${typed}=1`]))).toBe(
      `unknown key "${typed}" (--set); did you mean ${right}?`,
    );
  }
  expect(refusal(() => load(["zzz=1"]))).toContain('unknown key "zzz" (--set); see reprise config');
  expect(refusal(() => load(["reuse_address=true"]))).toContain("always reused");
  expect(refusal(() => load(["realm=1"]))).toContain('unknown key "realm"');
  expect(refusal(() => load(["__proto__=1"]))).toContain('unknown key "__proto__"');
  expect(refusal(() => load(["constructor=1"]))).toContain('unknown key "constructor"');
});

it("[NET-02] a wrong type or value is refused with key, value and what would be right", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["ports.game=abc", 'ports.game must be a whole number from 0 to 65535, not "abc" (--set)'],
    ["ports.game=65536", "ports.game must be a whole number from 0 to 65535, not 65536 (--set)"],
    ["ports.game=1.5", "ports.game must be a whole number from 0 to 65535, not 1.5 (--set)"],
    ["host.noDelay=2", "host.noDelay must be true or false, not 2 (--set)"],
    ["mode=prod", 'mode must be one of development, production, not "prod" (--set)'],
    ["dataDir=", "dataDir must be a text, not null (--set)"],
    [
      "host.connectionsMax=0",
      "host.connectionsMax must be auto, or a whole number from 1 to 100000, not 0 (--set)",
    ],
    ["realm.tickHz=0", "realm.tickHz must be a whole number from 1 to 1000, not 0 (--set)"],
    [
      "tls.minVersion=TLSv1.1",
      'tls.minVersion must be one of TLSv1.2, TLSv1.3, not "TLSv1.1" (--set)',
    ],
  ];
  for (const [set, message] of cases) expect(refusal(() => load([set]))).toBe(message);
  expect(refusal(() => load(["ports.game"]))).toContain("--set key=value");
  expect(refusal(() => load(["=1"]))).toContain("--set key=value");
});

it("[NET-02] values that contradict each other are refused", () => {
  expect(refusal(() => load(["host.outboundLowBytes=300000"]))).toBe(
    "host.outboundLowBytes < host.outboundHighBytes < host.outboundBytesMax must hold; " +
      "host.outboundLowBytes is 300000 (--set), host.outboundHighBytes is 262144 (default), " +
      "host.outboundBytesMax is 1048576 (default)",
  );
  const exitCodeOf = (from: Parameters<typeof load>): number => {
    try {
      return Number(load(...from));
    } catch (error) {
      return error instanceof StartError ? error.exitCode : Number.NaN;
    }
  };
  const file = join(temporaryFolder(), "server.yaml");
  writeFileSync(file, "host.outboundLowBytes: 300000\n");
  expect(exitCodeOf([["host.outboundLowBytes=300000"]])).toBe(usageExitCode);
  expect(exitCodeOf([[], file])).toBe(1);
  expect(refusal(() => load(["tls.certFile=c.pem"]))).toContain("set tls.keyFile as well");
  expect(refusal(() => load(["tls.keyFile=k.pem"]))).toContain("set tls.certFile as well");
});

it("[TLS-08] production refuses to start without a certificate, and says what to set", () => {
  const message = refusal(() => load(["mode=production"]));
  expect(message).toContain("--set tls.certFile=FILE --set tls.keyFile=FILE");
  load(["mode=production", "tls.certFile=c", "tls.keyFile=k"]);
  expect(refusal(() => load(["mode=production", "tls.enabled=false"]))).toContain("loopback only");
  load(["mode=production", "tls.enabled=false", "address=127.0.0.1"]);
});

it("[NET-02] texts may look like numbers, and numbers may not look like texts", () => {
  expect(load(["dataDir=123"]).config.dataDir).toBe("123");
  expect(load(["tls.curves=X25519:P-256"]).config.tls.curves).toBe("X25519:P-256");
  expect(load(["tls.ciphers=null"]).config.tls.ciphers).toBeNull();
  expect(load(["log.destination=[x"]).config.log.destination).toBe("[x");
});

it("[NET-02] later sources win, and every value knows its source and line", () => {
  const folder = temporaryFolder();
  const file = join(folder, "server.yaml");
  writeFileSync(
    file,
    "# ours\nports:\n  game: 9001\n  login: 9002\n\nhost:\n  backlog: 7\ntls.minVersion: TLSv1.3\n",
  );
  const { config, origins } = loadConfig({
    file,
    sets: ["ports.login=9003", "ports.login=9004"],
    options: { role: "game" },
  });
  expect(config.ports).toEqual({ game: 9001, login: 9004 });
  expect(config.host.backlog).toBe(7);
  expect(config.tls.minVersion).toBe("TLSv1.3");
  expect(rolesOf(config)).toEqual(["game"]);
  expect(origins.get("ports.game")).toBe(`${file}:3`);
  expect(origins.get("ports.login")).toBe("--set");
  expect(origins.get("host.backlog")).toBe(`${file}:7`);
  expect(origins.get("tls.minVersion")).toBe(`${file}:8`);
  expect(origins.get("role")).toBe("--role");
  expect(origins.get("mode")).toBe("default");
});

it("[NET-02] a file's mistakes are told with their line", () => {
  const folder = temporaryFolder();
  const withFile = (text: string): string => {
    const file = join(folder, "server.yaml");
    writeFileSync(file, text);
    return refusal(() => load([], file)).replaceAll(folder, "");
  };
  expect(withFile("ports:\n  gaem: 1\n")).toBe(
    'unknown key "ports.gaem" (/server.yaml:2); did you mean ports.game?',
  );
  expect(withFile("\nports:\n  game: yes please\n")).toBe(
    'ports.game must be a whole number from 0 to 65535, not "yes please" (/server.yaml:3)',
  );
  expect(withFile("ports: 8081\n")).toContain('unknown key "ports" (/server.yaml:1)');
  expect(withFile("ports:\n  game: {a: 1}\n")).toContain('not {"a":1} (/server.yaml:2)');
  expect(withFile("a: [1\nb: 2\n")).toMatch(/^\/server\.yaml:\d: /);
  expect(withFile("ports:\n  game: 1\n  game: 2\n")).toMatch(/^\/server\.yaml:\d: .*unique/);
  expect(withFile("- a\n- b\n")).toContain('settings are "key: value" lines');
  expect(refusal(() => load([], join(folder, "none.yaml")))).toContain("(ENOENT); check --config");
});

it("[NET-02] an empty file changes nothing; paths in a file are relative to it", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "etc"));
  const file = join(folder, "etc", "server.yaml");
  writeFileSync(file, "# nothing yet\n");
  expect(load([], file).config).toEqual(load([]).config);
  writeFileSync(file, "dataDir: ../data\ntls:\n  certFile: cert.pem\n  keyFile: /etc/key.pem\n");
  const { config } = load([], file);
  expect(config.dataDir).toBe(join(folder, "data"));
  expect(config.tls.certFile).toBe(join(folder, "etc", "cert.pem"));
  expect(config.tls.keyFile).toBe("/etc/key.pem");
  expect(load(["dataDir=x"], file).config.dataDir).toBe("x");
});

it("a configuration made in code is checked like one from a file", () => {
  expect(configOf({ "ports.game": 0 }).ports.game).toBe(0);
  expect(refusal(() => configOf({ "ports.gme": 0 }))).toContain("did you mean ports.game?");
  expect(refusal(() => configOf({ "ports.game": "0" }))).toContain("whole number");
});
