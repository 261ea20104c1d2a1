/**
 * Network addresses as the login limiter counts them. A peer's address is what the platform says of
 * its socket; nothing here is sent by the peer.
 */

/** `192.0.2.1:1234` and `[2001:db8::1]:1234` without the port; "unknown" stays. */
export function addressOf(remote: string): string {
  const bracket = remote.indexOf("]");
  if (remote.startsWith("[") && bracket > 0) return remote.slice(1, bracket);
  const colon = remote.lastIndexOf(":");
  return colon < 0 ? remote : remote.slice(0, colon);
}

export const isLoopback = (address: string): boolean =>
  address === "::1" || /^127\.\d+\.\d+\.\d+$/.test(address);

/**
 * Whose budget an address draws on: its own, or for IPv6 that of its /64, which is what one
 * subscriber has: counted by single addresses he would have 2^64 budgets.
 *
 * @param address as platforms write it: digits above 9 in lower case
 */
export function budgetKey(address: string): string {
  if (!address.includes(":")) return address;
  const [plain = ""] = address.split("%");
  const [head = "", tail] = plain.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : Math.max(8 - before.length - width(after), 0);
  const groups = [...before, ...Array.from({ length: missing }, () => "0"), ...after];
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${network.join(":")}::/64`;
}

/** A dotted part at the end stands for two groups. */
const width = (groups: readonly string[]): number =>
  groups.length + (groups.at(-1)?.includes(".") === true ? 1 : 0);
