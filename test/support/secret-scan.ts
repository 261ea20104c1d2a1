/** Looks for secrets in files, in every shape that one could be written in by mistake. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export interface Secret {
  /** What it is, for the report. */
  readonly name: string;
  /** At least 16 bytes: less is found by accident. */
  readonly bytes: Uint8Array;
}

/** Everything of a secret that would stand in a file: raw, hexadecimal, base64 and base64url. */
export function shapesOf({ bytes }: Secret): readonly Buffer[] {
  const raw = Buffer.from(bytes);
  if (raw.length < 16) throw new Error("a secret of less than 16 bytes is found by accident");
  const hex = raw.toString("hex");
  const shapes = [raw, Buffer.from(hex), Buffer.from(hex.toUpperCase())];
  // In the middle of an encoded text a byte stands in one of three places, see RFC 4648, 4.
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), raw]).toString("base64");
    // Without the characters that also depend on what stands around the secret.
    const own = text.slice([0, 2, 3][before], -4);
    shapes.push(Buffer.from(own), Buffer.from(own.replaceAll("+", "-").replaceAll("/", "_")));
  }
  return shapes;
}

/** `file: secret` for each secret in each file below the folder; `except` tells files to skip. */
export function secretsIn(
  folder: string,
  secrets: readonly Secret[],
  except: (file: string) => boolean = () => false,
): readonly string[] {
  const found: string[] = [];
  for (const file of filesBelow(folder)) {
    if (except(file)) continue;
    const content = readFileSync(join(folder, file));
    for (const secret of secrets) {
      if (shapesOf(secret).some((shape) => content.includes(shape))) {
        found.push(`${file}: ${secret.name}`);
      }
    }
  }
  return found;
}

/** Their paths from the folder, with `/`. */
export const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .toSorted();
