/**
 * Whose log it is, and with that, which features replay it. A log says so itself, in every
 * `server.started`, so that a copy of it under another name replays as well.
 */
import { basename, dirname, resolve } from "node:path";
import { builtinFeatures, featuresOf } from "../core/features/index.ts";
import type { FeatureRole } from "../core/features/index.ts";
import { journalFolder, readEvents } from "../core/journal/index.ts";
import type { PlainData } from "../core/kernel/plain.ts";
import { startRole } from "../core/realm/index.ts";
import type { Feature } from "../core/realm/index.ts";
import { CommandError } from "./command-error.ts";
import { scanJournal } from "./journal-files.ts";
import type { JournalFiles, SegmentFile } from "./journal-files.ts";

/** Every role that has a realm. */
export const featureRoles: readonly FeatureRole[] = ["login", "game"];

/**
 * As the first start in the log says; where no segment begins with one, as the folder is called.
 * Null when that does not tell either, and for a log from before there were several roles.
 */
export function roleOf(files: JournalFiles): string | null {
  for (const segment of files.segments) {
    const role = roleIn(files, segment);
    if (role !== undefined) return role;
  }
  const folder = dirname(resolve(files.segments[0]?.path ?? ""));
  const parent = basename(folder) === journalFolder ? basename(dirname(folder)) : "";
  return featureRoles.find((role) => role === parent) ?? null;
}

/**
 * The features that stepped the log's events. A log that tells no role is from before there were
 * several, and was stepped by what all of them have.
 *
 * @throws CommandError for a role that this build does not know
 */
export function featuresFor(files: JournalFiles): readonly Feature[] {
  const found = roleOf(files);
  const isKnown = found === null || featureRoles.some((role) => role === found);
  if (isKnown) return builtinFor(found);
  throw new CommandError(
    `a server of role "${found}" wrote this log, and this build has no such role; ` +
      "replay it with the build that wrote it",
  );
}

/** What this build has for a role; for one that it does not know, what all roles have. */
export function builtinFor(name: string | null): readonly Feature[] {
  const role = featureRoles.find((known) => known === name);
  return role === undefined ? builtinFeatures : featuresOf(role);
}

/** The role in the start that a segment begins with; undefined when another event is first. */
function roleIn(files: JournalFiles, segment: SegmentFile): string | null | undefined {
  const config = startIn(files, segment);
  return config === undefined ? undefined : startRole(config);
}

/**
 * What the start with which a segment begins says of its server; undefined when it begins with
 * another event. A start begins a segment, so there is no other place to look for one.
 */
export function startIn(files: JournalFiles, segment: SegmentFile): PlainData | undefined {
  let config: PlainData | undefined;
  scanJournal({ ...files, segments: [segment], through: null }, "anything", (block) => {
    const content = readEvents(block);
    const [first] = content.ok ? content.value.events : [];
    if (first?.type === "server.started") config = first.config;
    return false;
  });
  return config;
}
