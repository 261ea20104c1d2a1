/**
 * Makes the configuration of a server from its sources: defaults, then the file, then what the
 * command line sets. Every value remembers where it came from. Whatever is wrong is refused with
 * the key, the place, what would be right, and what was perhaps meant.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { isMap, LineCounter, parse, parseDocument } from "yaml";
import { hostConfig } from "../core/host/index.ts";
import type { HostConfig } from "../core/host/index.ts";
import { ApiMisuseError } from "../core/kernel/assert.ts";
import { nearest } from "../core/kernel/nearest.ts";
import { realmConfig } from "../core/realm/index.ts";
import type { RealmConfig } from "../core/realm/index.ts";
import { platformCode } from "./completions.ts";
import { defaultSettings, needless, otherNames, settingOf, settings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { shellWord } from "./shell-word.ts";
import { StartError, usageExitCode } from "./start-error.ts";

export type Role = "login" | "game" | "data";

/** Where values come from, besides the defaults. Later ones win in the order of the fields. */
export interface ConfigSources {
  /** A YAML file, or null. */
  readonly file: string | null;
  /** `key=value` as typed after `--set`. */
  readonly sets: readonly string[];
  /** Values that have options of their own, by key. */
  readonly options: Readonly<Record<string, string>>;
}

type DeepReadonly<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> };

export type ServerConfig = DeepReadonly<Settings>;

export interface LoadedConfig {
  /** Frozen, complete, and free of contradictions. */
  readonly config: ServerConfig;
  /** For each key "default", "FILE:LINE" or the option that set it. */
  readonly origins: ReadonlyMap<string, string>;
}

/** @throws StartError CONFIG_INVALID naming key, place and what to do */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const loading = new Loading();
  if (sources.file !== null) readFile(sources.file, loading);
  readOptions(sources, loading);
  const config = loading.finish();
  checkTogether(config, loading.origins);
  return { config, origins: loading.origins };
}

/** The defaults alone, with some values set as `--set` would. For tests and embedding. */
export const configOf = (values: Readonly<Record<string, unknown>> = {}): ServerConfig => {
  const loading = new Loading();
  for (const [key, value] of Object.entries(values)) loading.set(key, value, "startServer");
  const config = loading.finish();
  checkTogether(config, loading.origins);
  return config;
};

const optionOf: Readonly<Record<string, string>> = { role: "--role", dataDir: "--data-dir" };

/** The roles that a configuration runs, in their order. */
export const rolesOf = ({ role }: ServerConfig): readonly Role[] =>
  role === "all" ? ["login", "game"] : [role];

/** What a role listens on: loopback in development, whatever the configuration says. */
export const addressOf = ({ mode, address }: ServerConfig): string =>
  mode === "development" ? "127.0.0.1" : address;

/** The published design has 5,000 connections, on the login server 1,000. */
const connectionsMaxOf: Readonly<Record<Role, number>> = { login: 1_000, game: 5_000, data: 1_000 };
/** A lost login is tried again; lost play is lost. The data role's database is durable itself. */
const durabilityOf: Readonly<Record<Role, HostConfig["durability"]>> = {
  login: "written",
  game: "fsync",
  data: "none",
};

/** The host's half of the configuration for one role. */
export function hostConfigOf(
  { dataDir, host, edge, journal, checkpoint, capture }: ServerConfig,
  role: Role,
): HostConfig {
  return hostConfig({
    role,
    connectionsMax: host.connectionsMax === "auto" ? connectionsMaxOf[role] : host.connectionsMax,
    lengthEndian: host.lengthEndian,
    drainTimeoutMs: host.drainTimeoutMs,
    outboundBytesMax: host.outboundBytesMax,
    outboundHighBytes: host.outboundHighBytes,
    outboundLowBytes: host.outboundLowBytes,
    session: { perSecond: edge.packetsPerSecond, burst: edge.packetsBurst },
    budgetMultiplier: edge.budgetMultiplier,
    durability: journal.durability === "auto" ? durabilityOf[role] : journal.durability,
    commitWindowMs: journal.commitWindowMs,
    gatherMaxMs: journal.gatherMaxMs,
    segmentBytesMax: journal.segmentBytesMax,
    adoptTail: journal.adoptTail,
    captureOf: capture.of,
    captureSeconds: capture.seconds,
    captureBytes: capture.bytes,
    reserveBytes: journal.reserveBytes,
    heldBytesMax: journal.heldBytesMax,
    heldAgeMaxMs: journal.heldAgeMaxMs,
    journalKeepMs: journal.keepDays * 86_400_000,
    journalKeepBytes: journal.keepBytes,
    follower: checkpoint.follower === "auto" ? automaticFollower() : checkpoint.follower,
    checkpointEveryEvents: checkpoint.everyEvents,
    checkpointEveryMs: checkpoint.everySeconds * 1_000,
    folder: shellWord(join(dataDir, role)),
  });
}

/** Following all the time takes a core that nobody else needs. */
const automaticFollower = (): HostConfig["follower"] =>
  availableParallelism() >= 2 ? "on" : "rotation";

/** The realm's half, which is journalled. */
export const realmConfigOf = ({ mode, realm }: ServerConfig): RealmConfig =>
  realmConfig({
    ...realm,
    clientVersionMin: versionNumber(realm.clientVersionMin),
    loginLoopbackExempt: mode === "development" ? 1 : 0,
  });

/** One number for "1.4.2": the realm's settings are integers. */
function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return major * 1_000_000 + minor * 1_000 + patch;
}

class Loading {
  readonly origins = new Map<string, string>(settings.map(({ key }) => [key, "default"]));
  readonly #values = new Map<string, unknown>(settings.map(({ key, fallback }) => [key, fallback]));

  /** @param value as YAML gave it */
  set(key: string, value: unknown, origin: string): void {
    const setting = settingOf.get(key);
    if (setting === undefined) throw unknownKey(key, origin);
    const parsed = setting.schema.safeParse(value);
    if (!parsed.success) throw wrongValue(key, value, setting.expected, origin);
    this.#values.set(key, parsed.data);
    this.origins.set(key, origin);
  }

  /** @param text as typed: a YAML scalar, or, where that does not fit, the text itself */
  setText(key: string, text: string, origin: string): void {
    const setting = settingOf.get(key);
    if (setting === undefined) throw unknownKey(key, origin);
    const value = scalarOf(text);
    const fits = setting.schema.safeParse(value).success;
    this.set(key, !fits && setting.schema.safeParse(text).success ? text : value, origin);
  }

  finish(): ServerConfig {
    const config = structuredClone(defaultSettings) as unknown as Record<string, unknown>;
    for (const [key, value] of this.#values) {
      const path = key.split(".");
      const last = path.pop() ?? "";
      let at = config;
      for (const part of path) at = at[part] as Record<string, unknown>;
      at[last] = value;
    }
    for (const part of Object.values(config)) Object.freeze(part);
    return Object.freeze(config) as unknown as ServerConfig;
  }
}

function scalarOf(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** @throws StartError whose exit code is that of bad usage: nothing but the typed words is wrong */
function readOptions({ sets, options }: ConfigSources, loading: Loading): void {
  try {
    for (const set of sets) {
      const at = set.indexOf("=");
      if (at < 1) throw invalid(`--set ${set}: write it as --set key=value`);
      loading.setText(set.slice(0, at), set.slice(at + 1), "--set");
    }
    for (const [key, value] of Object.entries(options)) {
      loading.setText(key, value, optionOf[key] ?? `--${key}`);
    }
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new StartError(error.code, error.message, usageExitCode);
  }
}

/** Paths in a file are relative to the file, so that it can be used from anywhere. */
const pathKeys: ReadonlySet<string> = new Set([
  "dataDir",
  "tls.certFile",
  "tls.keyFile",
  "journal.keyFile",
  "journal.oldKeyFiles",
  "accounts.database",
  "tokens.keyFile",
  "tokens.publicKeys",
]);

function readFile(file: string, loading: Loading): void {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw invalid(`${file}:${line}: ${error.message.replaceAll("\n", " ")}`);
  }
  if (document.contents === null) return;
  if (!isMap(document.contents)) throw invalid(`${file}: settings are "key: value" lines`);
  const walk = (node: unknown, prefix: string): void => {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      const name = prefix + String(key);
      const start = (key as { readonly range?: readonly number[] | null }).range?.[0] ?? 0;
      const origin = `${file}:${lines.linePos(start).line}`;
      if (isMap(value) && isSection(name)) walk(value, `${name}.`);
      else loading.set(name, fileValue(file, name, plainOf(value)), origin);
    }
  };
  walk(document.contents, "");
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw invalid(`${file} cannot be read (${platformCode(error)}); check --config`);
  }
}

const isSection = (name: string): boolean => settings.some(({ key }) => key.startsWith(`${name}.`));

const plainOf = (node: unknown): unknown =>
  typeof node === "object" && node !== null && "toJSON" in node
    ? (node as { toJSON(): unknown }).toJSON()
    : node;

function fileValue(file: string, key: string, value: unknown): unknown {
  if (!pathKeys.has(key)) return value;
  if (Array.isArray(value)) return value.map((each) => fileValue(file, key, each));
  return typeof value === "string" && !isAbsolute(value) ? join(dirname(file), value) : value;
}

function checkTogether(config: ServerConfig, origins: LoadedConfig["origins"]): void {
  const { mode, tls, address } = config;
  try {
    for (const role of rolesOf(config)) hostConfigOf(config, role);
    realmConfigOf(config);
  } catch (error) {
    if (!(error instanceof ApiMisuseError)) throw error;
    const { message, isTyped } = asTyped(error.message, config, origins);
    throw new StartError("CONFIG_INVALID", message, isTyped ? usageExitCode : 1);
  }
  if ((tls.certFile === null) !== (tls.keyFile === null)) {
    const missing = tls.certFile === null ? "tls.certFile" : "tls.keyFile";
    throw invalid(`a certificate and its key come together; set ${missing} as well`);
  }
  if (mode === "development") return;
  if (tls.enabled && tls.certFile === null) {
    throw invalid("production needs a certificate: --set tls.certFile=FILE --set tls.keyFile=FILE");
  }
  if (!tls.enabled && !isLoopback(address)) {
    throw invalid(
      "production speaks plain TCP on the loopback only, behind a proxy that does TLS: " +
        "--set address=127.0.0.1, or --set tls.enabled=true with a certificate",
    );
  }
}

/**
 * A message about fields of the host or the realm, with the settings that they come from, and
 * whether the command line is the origin of one.
 */
function asTyped(
  message: string,
  config: ServerConfig,
  origins: LoadedConfig["origins"],
): { readonly message: string; readonly isTyped: boolean } {
  const found: string[] = [];
  let isTyped = false;
  const rule = message.replace(/^\w+ configuration: /, "").replace(/\b[a-z]\w*\b/g, (word) => {
    const key = settings.find((each) => each.key.endsWith(`.${word}`))?.key;
    if (key === undefined) return word;
    const [section = "", field = ""] = key.split(".");
    const value: unknown = Reflect.get(Reflect.get(config, section) as object, field);
    const origin = origins.get(key) ?? "default";
    found.push(`${key} is ${String(value)} (${origin})`);
    isTyped ||= origin.startsWith("--");
    return key;
  });
  return { message: found.length === 0 ? message : `${rule}; ${found.join(", ")}`, isTyped };
}

const isLoopback = (address: string): boolean =>
  address === "localhost" || address === "::1" || /^127(\.\d{1,3}){3}$/.test(address);

const invalid = (message: string): StartError => new StartError("CONFIG_INVALID", message);

function unknownKey(key: string, origin: string): StartError {
  const why = needless[key];
  if (why !== undefined) return invalid(`unknown key "${key}" (${origin}): ${why}`);
  const meant = suggestionFor(key);
  const hint = meant === null ? "see reprise config keys" : `did you mean ${meant}?`;
  return invalid(`unknown key "${key}" (${origin}); ${hint}`);
}

/** The setting that somebody meant who typed `key`, or null. */
function suggestionFor(key: string): string | null {
  const last = key.slice(key.lastIndexOf(".") + 1);
  const known = otherNames[key] ?? otherNames[last];
  if (known !== undefined) return known;
  const keys = settings.map((each) => each.key);
  // The right name under the wrong section, or under none, beats a wrong one in the right section.
  const byLast = new Map(keys.map((each) => [each.slice(each.lastIndexOf(".") + 1), each]));
  const end = nearest(last, [...byLast.keys()]) ?? "";
  return byLast.get(last) ?? nearest(key, keys) ?? byLast.get(end) ?? null;
}

function wrongValue(key: string, value: unknown, expected: string, origin: string): StartError {
  return invalid(`${key} must be ${expected}, not ${JSON.stringify(value)} (${origin})`);
}
