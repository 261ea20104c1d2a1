/** Versions of clients. */

/**
 * Whether a client is older than the server takes. Numbers are compared part by part; what is
 * missing counts as 0, and a part behind a hyphen makes a version older than the same numbers
 * without one (Semantic Versioning 2.0.0, 11). What is no version is older than any.
 *
 * @param version as the client says it: `1.4.2`, `1.4`, `1.4.2-beta.1`
 * @param min major * 1,000,000 + minor * 1,000 + patch; 0 takes everything
 */
export function isOutdated(version: string, min: number): boolean {
  if (min === 0) return false;
  const found = /^v?(\d+(?:\.\d+)*)(-?)/.exec(version);
  if (found === null) return true;
  const [, numbers = "", hyphen] = found;
  const parts = numbers.split(".").map(Number);
  const least = [Math.floor(min / 1_000_000), Math.floor(min / 1_000) % 1_000, min % 1_000];
  for (const [index, wanted] of least.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return hyphen === "-" && parts.slice(3).every((part) => part === 0);
}
