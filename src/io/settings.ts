/**
 * Every setting of a server: its key, what it may be, its default, and one line about it.
 *
 * Settings under `realm` are journalled with every start, because the realm's answers depend on
 * them. All others are the host's: they decide where, how fast and how safely, and are never in the
 * journal.
 */
import { z } from "zod";
import { defaultHostConfig } from "../core/host/index.ts";
import { limits } from "../core/kernel/limits.ts";
import { defaultRealmConfig } from "../core/realm/index.ts";
import { defaultHashParameters } from "./accounts/argon2.ts";

/** What `meta` of a leaf holds. */
export interface SettingMeta {
  /** Completes "KEY must be ...". */
  readonly expected: string;
  readonly about: string;
}

const setting = <S extends z.ZodType>(schema: S, expected: string, about: string): S =>
  schema.meta({ expected, about } satisfies SettingMeta);

const whole = (min: number, max: number, about: string): z.ZodNumber =>
  setting(z.int().min(min).max(max), `a whole number from ${min} to ${max}`, about);

const decimal = (min: number, max: number, about: string): z.ZodNumber =>
  setting(z.number().min(min).max(max), `a number from ${min} to ${max}`, about);

const onOff = (about: string): z.ZodBoolean => setting(z.boolean(), "true or false", about);

const choice = <const T extends readonly string[]>(values: T, about: string) =>
  setting(z.enum(values), `one of ${values.join(", ")}`, about);

const text = (about: string): z.ZodString => setting(z.string().min(1), "a text", about);

const textOrNull = (about: string) =>
  setting(z.union([z.string().min(1), z.null()]), "a text, or null", about);

const dayMs = 86_400_000;
const mebibyte = 1_048_576;
const port = (about: string): z.ZodNumber => whole(0, 65_535, `${about}; 0 takes a free one`);
const ms = (min: number, about: string): z.ZodNumber => whole(min, dayMs, `${about}, milliseconds`);

export const settingsSchema = z.strictObject({
  mode: choice(
    ["development", "production"],
    "development binds 127.0.0.1 and makes its own certificate; production does neither",
  ),
  role: choice(["all", "login", "game", "data"], "which servers run in this process"),
  dataDir: text("the folder of journals, checkpoints and the development certificate"),
  address: text("what production listens on"),
  ports: z.strictObject({
    login: port("the login server's port"),
    game: port("the game server's port"),
  }),
  game: z.strictObject({
    id: whole(1, 2 ** 32 - 1, "the game server's number, another one for each of several"),
    name: text("the game server's name, as players see it"),
    address: textOrNull("where players reach the game server; null is address"),
  }),
  host: z.strictObject({
    connectionsMax: setting(
      z.union([z.literal("auto"), z.int().min(1).max(100_000)]),
      "auto, or a whole number from 1 to 100000",
      "connections at one time; auto is 5000, for the login role 1000",
    ),
    backlog: whole(1, 65_535, "connections that the kernel may hold before they are accepted"),
    noDelay: onOff("sends small packets at once instead of collecting them (TCP_NODELAY)"),
    lengthEndian: choice(["little", "big"], "byte order of a frame's length"),
    handshakeTimeoutMs: ms(1, "from accept to the end of the TLS handshake"),
    flushTimeoutMs: ms(1, "from a close in order until what the peer has not taken is dropped"),
    drainTimeoutMs: ms(1, "from SIGTERM until sessions that have not ended are cut"),
    outboundBytesMax: whole(
      limits.frameBytesMax,
      1_024 * mebibyte,
      "unsent bytes of one connection before it is cut as a slow reader",
    ),
    outboundHighBytes: whole(
      1,
      1_024 * mebibyte,
      "unsent bytes at which a connection is congested",
    ),
    outboundLowBytes: whole(1, 1_024 * mebibyte, "unsent bytes at which it no longer is"),
  }),
  io: z.strictObject({
    workers: setting(
      z.union([z.literal("auto"), z.literal(0)]),
      "auto or 0 (more are not served yet)",
      "threads that only do I/O, besides the main one",
    ),
  }),
  tls: z.strictObject({
    enabled: onOff("TLS on every stream port; off is plain TCP"),
    certFile: textOrNull("PEM file with the certificate chain; null makes one in development"),
    keyFile: textOrNull("PEM file with its private key"),
    allowSelfSigned: onOff("lets production use a self-signed certificate"),
    minVersion: choice(["TLSv1.2", "TLSv1.3"], "the oldest version that is spoken"),
    ciphers: textOrNull("OpenSSL's list of ciphers; null is Node's own"),
    curves: textOrNull("OpenSSL's list of groups, as X25519:P-256; null is Node's own"),
  }),
  edge: z.strictObject({
    packetsPerSecond: decimal(1, 1e6, "packets of one session, all types together"),
    packetsBurst: decimal(1, 1e6, "how many of them may come at once"),
    budgetMultiplier: decimal(0.001, 1e6, "multiplies every budget, for load tests"),
  }),
  journal: z.strictObject({
    durability: choice(
      ["auto", "none", "written", "fsync"],
      "when an event counts as durable; auto is fsync, for the login role written",
    ),
    commitWindowMs: whole(0, 10_000, "the longest that an event waits for its block, milliseconds"),
    gatherMaxMs: whole(
      0,
      1_000,
      "the longest that a busy server's block waits for those who were just answered; 0: never",
    ),
    segmentBytesMax: whole(2 * mebibyte, 4_096 * mebibyte, "the size of one journal file"),
    adoptTail: onOff("goes on from a journal's tail that another build wrote"),
    keepDays: decimal(0.001, 36_500, "journal that is older is deleted, whole files at a time"),
    keepBytes: whole(
      16 * mebibyte,
      2 ** 50,
      "above this the oldest journal and checkpoints are deleted; what recovery needs stays",
    ),
    reserveBytes: whole(
      0,
      1_024 * mebibyte,
      "kept for the journal on a full disk; when it is taken nobody new is let in; 0 is none",
    ),
    heldBytesMax: whole(
      mebibyte,
      1_024 * mebibyte,
      "events and answers that may wait for the disk before nobody is read",
    ),
    heldAgeMaxMs: ms(1, "how long a block may be on its way to the disk before nobody is read"),
    keyFile: textOrNull(
      "file with the key that encrypts journals and checkpoints; null: REPRISE_JOURNAL_KEY, or none",
    ),
    oldKeyFiles: setting(
      z.array(z.string().min(1)).max(64),
      "a list of texts, as [a.key, b.key]",
      "files with keys that were in use before, to read what they encrypted",
    ),
  }),
  checkpoint: z.strictObject({
    follower: choice(
      ["auto", "on", "rotation", "off"],
      "who writes checkpoints while the server runs: a thread that replays the journal all the " +
        "time, when a journal file is full, or nobody; auto is on with two cores or more",
    ),
    everyEvents: whole(100, 1e9, "events from one checkpoint to the next"),
    everySeconds: decimal(0.1, 86_400, "the longest time from one checkpoint to the next"),
  }),
  capture: z.strictObject({
    of: text("whose bytes are captured from the start: off, all, or addresses with commas between"),
    seconds: whole(1, 86_400, "when a capture ends at the latest"),
    bytes: whole(mebibyte, 4_096 * mebibyte, "how many bytes of files it makes"),
  }),
  accounts: z.strictObject({
    store: choice(["sqlite", "memory"], "memory forgets all accounts at the end; development only"),
    database: textOrNull(
      "the file of accounts and logins, for all roles; null is reprise.db in development",
    ),
    busyTimeoutMs: ms(1, "the longest wait for another process's transaction"),
    hashMemoryKib: whole(8, 4_194_304, "memory of one password hash (argon2id), KiB"),
    hashPasses: whole(1, 1_000, "its passes over that memory"),
    hashLanes: whole(1, 64, "its lanes"),
    hashThreads: setting(
      z.union([z.literal("auto"), z.int().min(1).max(64)]),
      "auto, or a whole number from 1 to 64",
      "threads that hash passwords; auto leaves one core to the rest, if there are two",
    ),
    hashesWaitingMax: whole(1, 1e6, "passwords in line for each of these threads"),
  }),
  tokens: z.strictObject({
    keyFile: textOrNull("PEM file with the Ed25519 key that signs tokens; for the login role"),
    publicKeys: textOrNull(
      "file with more public keys that are believed: a JWK set, or PEM; for the game role",
    ),
  }),
  log: z.strictObject({
    level: choice(["debug", "info", "warn", "error"], "the least that is logged"),
    destination: setting(
      z.string().min(1),
      "auto, stdout, stderr or a file",
      "auto is stderr in development, where stdout has the banner, and stdout in production",
    ),
    linesPerSecondMax: whole(1, 10_000, "lines of one message in a second; the rest is counted"),
  }),
  metrics: z.strictObject({
    enabled: onOff("serves /metrics and /health over HTTP"),
    address: text("what they are served on"),
    port: port("their port"),
    views: setting(
      z.union([z.literal("auto"), z.boolean()]),
      "auto, true or false",
      "serves what features show of their state at /views, to this machine; auto is in development",
    ),
  }),
  realm: z.strictObject({
    idleTimeoutMs: ms(1, "silence after which a session is closed"),
    helloTimeoutMs: ms(1, "from the open connection to the first complete packet"),
    malformedInRowMax: whole(1, 1e6, "undecodable packets in a row that a session survives"),
    refusedPerWindowMax: whole(
      1,
      1e9,
      "refused packets and malformed frames that a session survives in one window",
    ),
    refusedWindowMs: ms(1, "that window"),
    tickHz: whole(1, 1_000, "ticks a second"),
    ticksPerStepMax: whole(1, 1_000, "ticks made up for at a time when the server is late"),
    clientVersionMin: setting(
      z.string().regex(/^\d{1,3}(\.\d{1,3}){0,2}$/),
      "a version such as 1.4 or 1.4.2, no part above 999",
      "the oldest client that may log in; 0 is any",
    ),
    loginsPerMinute: whole(1, 1e6, "logins that one address may try a minute"),
    loginsBurst: whole(1, 1e6, "how many of them at once"),
    loginGraceMs: ms(1, "how long an unused token keeps other devices out"),
    tokenLifetimeMs: ms(1, "how long a token is good for"),
    worldSizeM: whole(1, 1e6, "metres of a side of the world, which is a square"),
    worldViewDistanceM: whole(1, 1e6, "metres up to which players see each other"),
    worldSpeedMaxMmPerS: whole(1, 2 ** 31, "the fastest a player moves, millimetres a second"),
    worldAllowanceMs: ms(1, "how much time at that speed a player can save up"),
    worldSpawnRadiusM: whole(1, 5e5, "metres from the origin within which players enter"),
  }),
});

export type Settings = z.infer<typeof settingsSchema>;

export const defaultSettings: Settings = {
  mode: "development",
  role: "all",
  dataDir: "data",
  address: "0.0.0.0",
  ports: { login: 8_080, game: 8_081 },
  game: { id: 1, name: "Reprise", address: null },
  host: {
    connectionsMax: "auto",
    // The published design's number, between a flood and normal traffic; set explicitly because
    // Node's own, 511, is none that anybody chose.
    backlog: 100,
    noDelay: true,
    lengthEndian: defaultHostConfig.lengthEndian,
    handshakeTimeoutMs: limits.handshakeTimeoutMs,
    flushTimeoutMs: 2_000,
    drainTimeoutMs: defaultHostConfig.drainTimeoutMs,
    outboundBytesMax: defaultHostConfig.outboundBytesMax,
    outboundHighBytes: defaultHostConfig.outboundHighBytes,
    outboundLowBytes: defaultHostConfig.outboundLowBytes,
  },
  io: { workers: "auto" },
  tls: {
    enabled: true,
    certFile: null,
    keyFile: null,
    allowSelfSigned: false,
    minVersion: "TLSv1.2",
    ciphers: null,
    curves: null,
  },
  edge: {
    packetsPerSecond: defaultHostConfig.session.perSecond,
    packetsBurst: defaultHostConfig.session.burst,
    budgetMultiplier: defaultHostConfig.budgetMultiplier,
  },
  journal: {
    durability: "auto",
    commitWindowMs: defaultHostConfig.commitWindowMs,
    gatherMaxMs: defaultHostConfig.gatherMaxMs,
    segmentBytesMax: defaultHostConfig.segmentBytesMax,
    adoptTail: defaultHostConfig.adoptTail,
    keepDays: defaultHostConfig.journalKeepMs / 86_400_000,
    keepBytes: defaultHostConfig.journalKeepBytes,
    reserveBytes: limits.reserveBytes,
    heldBytesMax: defaultHostConfig.heldBytesMax,
    heldAgeMaxMs: defaultHostConfig.heldAgeMaxMs,
    keyFile: null,
    oldKeyFiles: [],
  },
  checkpoint: {
    follower: "auto",
    everyEvents: defaultHostConfig.checkpointEveryEvents,
    everySeconds: defaultHostConfig.checkpointEveryMs / 1_000,
  },
  capture: {
    of: defaultHostConfig.captureOf,
    seconds: defaultHostConfig.captureSeconds,
    bytes: defaultHostConfig.captureBytes,
  },
  accounts: {
    store: "sqlite",
    database: null,
    busyTimeoutMs: 5_000,
    hashMemoryKib: defaultHashParameters.memoryKib,
    hashPasses: defaultHashParameters.passes,
    hashLanes: defaultHashParameters.lanes,
    hashThreads: "auto",
    // As many as are hashed within the ten seconds that a login waits.
    hashesWaitingMax: 256,
  },
  tokens: { keyFile: null, publicKeys: null },
  log: { level: "info", destination: "auto", linesPerSecondMax: 10 },
  metrics: { enabled: true, address: "127.0.0.1", port: 9_464, views: "auto" },
  realm: { ...defaultRealmConfig, clientVersionMin: "0" },
};

/** One setting, by its dotted key. */
export interface Setting extends SettingMeta {
  readonly key: string;
  readonly schema: z.ZodType;
  readonly fallback: unknown;
}

/** All settings in the order in which they are shown. */
export const settings: readonly Setting[] = leaves(settingsSchema, defaultSettings, "");

export const settingOf: ReadonlyMap<string, Setting> = new Map(
  settings.map((each) => [each.key, each]),
);

function leaves(schema: z.ZodObject, defaults: object, prefix: string): readonly Setting[] {
  return Object.entries(schema.shape).flatMap(([name, part]) => {
    const key = prefix + name;
    const fallback: unknown = Reflect.get(defaults, name);
    if (part instanceof z.ZodObject) return leaves(part, fallback as object, `${key}.`);
    const meta = (part as z.ZodType).meta() as SettingMeta | undefined;
    if (meta === undefined) throw new Error(`setting ${key} says nothing about itself`);
    return [{ key, schema: part as z.ZodType, fallback, ...meta }];
  });
}

/**
 * What users may know a setting by: the names of the published design, and what one might guess.
 * Each is refused with the right key.
 */
export const otherNames: Readonly<Record<string, string>> = {
  worker_threads: "io.workers",
  workers: "io.workers",
  io_context_pool_size: "io.workers",
  port: "ports.game",
  max_connections: "host.connectionsMax",
  tcp_no_delay: "host.noDelay",
  accept_backlog: "host.backlog",
  data_dir: "dataDir",
  "data-dir": "dataDir",
  cert: "tls.certFile",
  key: "tls.keyFile",
};

/** Published names that need no setting, and why. */
export const needless: Readonly<Record<string, string>> = {
  reuse_address: "addresses are always reused, so leave it out",
};
