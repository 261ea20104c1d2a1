/**
 * What happens to bytes that a disk has said to be safe: they rot, or what was meant for another
 * place is written over them. A reader may also be told other bytes than there are.
 *
 *     rot         some bytes of a file change while no process runs
 *     misdirect   a write goes to another place of the journal, and is reported as done
 *     misread     a read gives other bytes, once
 *
 * N1. Every wound knows what should stand there, so that somebody can mend it later, as an operator
 *     puts a file back from a copy. A sound write over a wound heals that part of it.
 * N2. The last block that was synced stays whole, whatever strikes: nothing behind it could prove
 *     that it was there, so nobody could tell a wound of it from a write that was never finished.
 *     A misdirected write that nothing has followed is therefore put right when the process ends.
 * N3. Only bytes that are there are changed. No file becomes longer or shorter.
 */
import type { FileOperation } from "../core/contract.ts";
import { checkpointFolder, journalFolder } from "../core/journal/index.ts";
import type { RandomStream } from "../core/kernel/random.ts";
import type { Decision, Decisions, Subject } from "./decisions.ts";
import { below, strikes } from "./drawing.ts";
import type { FaultCounters } from "./faults.ts";
import type { DiskOptions } from "./options.ts";
import type { Pages } from "./pages.ts";

/** A file as the system sees it and as the medium has it. */
export interface FileContents {
  readonly written: Pages;
  readonly durable: Pages;
}

/** Where bytes are not what they should be, for those who judge what is said of them. */
export interface SeenDamage {
  readonly path: string;
  /** Where the write began whose bytes they are, as far as that is known. */
  readonly writeFrom: number;
  readonly from: number;
  readonly to: number;
}

interface WriteStart {
  readonly file: FileContents;
  readonly from: number;
}

interface Wound {
  readonly file: FileContents;
  readonly from: number;
  /** What should stand there. */
  readonly bytes: Uint8Array;
  /** The medium should have them, too. */
  isDurable: boolean;
}

/** As it stands in a plan. `bits` are flipped in each byte; 0 makes zeros of them. */
interface PlannedRot {
  readonly [name: string]: Decision;
  readonly path: string;
  readonly from: number;
  readonly length: number;
  readonly bits: number;
}

interface PlannedMisdirection {
  readonly [name: string]: Decision;
  readonly path: string;
  readonly from: number;
}

type Write = Extract<FileOperation, { type: "write" }>;
type Files = ReadonlyMap<string, FileContents>;

/** A byte in its bits 3 to 30, and a bit of that byte. */
const placesMax = 0x7fff_ffff;
const sectorBytes = 512;
/** Writes that a misdirected one may be mistaken for begin at a page. */
const pageBytes = 4_096;

export interface DamageParts {
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: DiskOptions;
}

export class DiskDamage {
  readonly #faults: FaultCounters;
  readonly #options: DiskOptions;
  readonly #rot: Subject;
  readonly #misdirected: Subject;
  readonly #misdirectedTo: Subject;
  readonly #misread: Subject;
  #wounds: Wound[] = [];
  #misreads: SeenDamage[] = [];
  /** Where each write of a file's journal began, ascending: what a wound's block may be told by. */
  readonly #starts = new Map<FileContents, number[]>();
  /** The journal's last write. */
  #latest: WriteStart | null = null;
  /** The last two that were synced: of the last one the file's name may not be durable. */
  #synced: readonly WriteStart[] = [];

  constructor({ decisions, faults, options }: DamageParts, name: string) {
    this.#faults = faults;
    this.#options = options;
    this.#rot = decisions.subject(`disk/${name}/rot`);
    this.#misdirected = decisions.subject(`disk/${name}/misdirected`);
    this.#misdirectedTo = decisions.subject(`disk/${name}/misdirectedTo`);
    this.#misread = decisions.subject(`disk/${name}/misread`);
  }

  /** True while something could be mended, or was misread by the present process. */
  get isSuspect(): boolean {
    return this.#wounds.length > 0 || this.#misreads.length > 0;
  }

  /** What is wrong, or was read wrong by the process that is there or was the last. */
  seen(files: Files): SeenDamage[] {
    const seen = [...this.#misreads];
    for (const [path, file] of files) {
      for (const wound of this.#wounds) {
        if (wound.file !== file) continue;
        const { from, bytes } = wound;
        const writeFrom = this.#startBefore(file, from);
        seen.push({ path, writeFrom, from, to: from + bytes.length });
      }
    }
    return seen;
  }

  processStarts(): void {
    this.#misreads = [];
  }

  // ---------------------------------------------------------------- what becomes of writes

  /** Decides where a write goes. Null: where it should. */
  misdirect(write: Write, files: Files): PlannedMisdirection | null {
    if (!isJournal(write.path)) return null;
    if (!this.#misdirected.strikes(this.#options.misdirectedPerMillion)) return null;
    return this.#misdirectedTo.next<PlannedMisdirection | null>(null, (random) => {
      const place = drawPlace(random, this.#places(files, isJournal));
      if (place === null) return null;
      return { path: place.path, from: place.from - (place.from % pageBytes) };
    });
  }

  /** Carries out a misdirected write: `file` keeps what it had, and another has the bytes. */
  carryAstray(write: Write, file: FileContents, target: FileContents, from: number): void {
    this.#faults.hit("disk.misdirected");
    const { offset, bytes } = write;
    // It is not there yet, so nothing is lost of it until it should be durable.
    this.#wounds.push({ file, from: offset, bytes: bytes.slice(), isDurable: false });
    const length = Math.max(0, Math.min(bytes.length, this.#provenEnd(target) - from));
    this.#wound(target, from, bytes.slice(0, length));
  }

  /** Tells where a write of the journal began. */
  noteWrite(path: string, file: FileContents, from: number): void {
    if (!isJournal(path)) return;
    this.#latest = { file, from };
    const starts = this.#starts.get(file);
    if (starts === undefined) this.#starts.set(file, [from]);
    else if ((starts.at(-1) ?? -1) < from) starts.push(from);
  }

  /** A sound write covers so many bytes of the file; a cut, all behind its end. */
  healed(file: FileContents, from: number, to: number): void {
    if (!this.#wounds.some((wound) => wound.file === file)) return;
    this.#wounds = this.#wounds.flatMap((wound) => {
      const end = wound.from + wound.bytes.length;
      if (wound.file !== file || to <= wound.from || from >= end) return [wound];
      const before = wound.bytes.subarray(0, Math.max(0, from - wound.from));
      const behind = wound.bytes.subarray(Math.min(wound.bytes.length, to - wound.from));
      return [
        ...(before.length === 0 ? [] : [{ ...wound, bytes: before }]),
        ...(behind.length === 0 ? [] : [{ ...wound, from: to, bytes: behind }]),
      ];
    });
  }

  synced(file: FileContents): void {
    for (const wound of this.#wounds) if (wound.file === file) wound.isDurable = true;
    const latest = this.#latest;
    const last = this.#synced.at(-1);
    if (latest?.file !== file || (last?.file === file && last.from === latest.from)) return;
    this.#synced = [...this.#synced.slice(-1), latest];
  }

  // ---------------------------------------------------------------- what becomes of processes

  /** The process has ended: what nobody could ever tell did not happen (N2). */
  processDied(): void {
    const unproven = this.#latest === null ? this.#synced : [...this.#synced, this.#latest];
    const isUnproven = (wound: Wound): boolean =>
      unproven.some(({ file, from }) => file === wound.file && wound.from >= from);
    for (const wound of this.#wounds.filter(isUnproven)) mend(wound);
    this.#wounds = this.#wounds.filter((wound) => !isUnproven(wound));
  }

  /** The power is gone: what was never durable is no wound any more. */
  powerLost(): void {
    this.#wounds = this.#wounds.filter(({ isDurable }) => isDurable);
  }

  /** Time passes without a process. */
  rest(files: Files): void {
    const { rotPerMillion } = this.#options;
    const planned = this.#rot.next<PlannedRot | null>(null, (random) =>
      strikes(random, rotPerMillion) ? this.#drawRot(random, files) : null,
    );
    if (planned === null) return;
    const file = files.get(planned.path);
    if (file === undefined) return;
    const { path, from, length, bits } = planned;
    // A plan may name bytes that nothing proves any more, where something was left out of it.
    const end = this.#places(files, mayRot).find((place) => place.path === path)?.end ?? 0;
    const before = file.written.read(from, Math.min(length, Math.max(0, end - from)));
    const rotten = before.map((byte) => (bits === 0 ? 0 : byte ^ bits));
    if (rotten.every((byte, index) => byte === before[index])) return;
    this.#faults.hit("disk.rot");
    this.#wound(file, from, rotten);
  }

  /** What a reader is told in place of `bytes`. */
  misread(path: string, offset: number, bytes: Uint8Array): Uint8Array {
    const place = this.#misread.seldom(this.#options.misreadPerMillion, placesMax);
    if (place === 0 || bytes.length === 0) return bytes;
    this.#faults.hit("disk.misread");
    const at = (place >>> 3) % bytes.length;
    const told = bytes.slice();
    told[at] = (told[at] ?? 0) ^ (1 << (place & 7));
    this.#misreads.push({ path, writeFrom: 0, from: offset + at, to: offset + at + 1 });
    return told;
  }

  /** Somebody puts back what should be there. Returns how many places it was. */
  mend(): number {
    const count = this.#wounds.length;
    // The last wound knows what it found, which may have been wounded before.
    for (const wound of this.#wounds.toReversed()) mend(wound);
    this.#wounds = [];
    return count;
  }

  // ---------------------------------------------------------------- places

  #drawRot(random: RandomStream, files: Files): PlannedRot | null {
    const place = drawPlace(random, this.#places(files, mayRot));
    if (place === null) return null;
    const { path, end } = place;
    // A bit, or a sector that was never written or was lost in a table.
    const isBit = random.chance(1, 2);
    const from = isBit ? place.from : place.from - (place.from % sectorBytes);
    const length = isBit ? 1 : Math.min(sectorBytes, end - from);
    return { path, from, length, bits: isBit ? 1 << random.below(8) : random.pick([0, 255]) };
  }

  /** Where bytes may change: the files, and where what may change ends in each (N2). */
  #places(files: Files, mayChange: (path: string) => boolean): readonly Place[] {
    const last = this.#synced.findLast(({ file }) => pathOf(files, file) !== null);
    const lastPath = last === undefined ? null : pathOf(files, last.file);
    if (lastPath === null) return [];
    return [...files]
      .filter(([path]) => mayChange(path))
      .filter(([path]) => !isJournal(path) || path <= lastPath)
      .map(([path, file]) => ({ path, end: this.#provenEnd(file) }))
      .filter(({ end }) => end > 0)
      .sort((left, right) => (left.path < right.path ? -1 : 1));
  }

  /** Up to where something that was synced later proves that the file's bytes were there. */
  #provenEnd(file: FileContents): number {
    const froms = this.#synced.filter((last) => last.file === file).map(({ from }) => from);
    return Math.min(file.durable.contentEnd, file.written.length, ...froms);
  }

  /** Puts `bytes` where others stand, here and on the medium. */
  #wound(file: FileContents, from: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const should = file.durable.read(from, bytes.length);
    this.#wounds.push({ file, from, bytes: should, isDurable: true });
    file.written.write(from, bytes);
    file.durable.write(from, bytes.subarray(0, should.length));
  }

  #startBefore(file: FileContents, at: number): number {
    return this.#starts.get(file)?.findLast((start) => start <= at) ?? 0;
  }
}

const isJournal = (path: string): boolean => path.startsWith(`${journalFolder}/`);
const mayRot = (path: string): boolean =>
  isJournal(path) || path.startsWith(`${checkpointFolder}/`);

interface Place {
  readonly path: string;
  readonly end: number;
}

/** A byte in one of the places: each place is as likely as another. */
function drawPlace(
  random: RandomStream,
  places: readonly Place[],
): (Place & { readonly from: number }) | null {
  if (places.length === 0) return null;
  const place = random.pick(places);
  return { ...place, from: below(random, place.end) };
}

const pathOf = (files: Files, file: FileContents): string | null =>
  [...files].find(([, other]) => other === file)?.[0] ?? null;

function mend({ file, from, bytes, isDurable }: Wound): void {
  file.written.write(from, bytes);
  if (isDurable) file.durable.write(from, bytes);
}
