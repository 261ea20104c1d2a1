/**
 * A thread's file: as it is in the repository, stripped of its types in the package.
 *
 * @param source where it is in the repository
 */
export function threadUrl(source: URL): URL {
  const url = new URL(source);
  if (!import.meta.url.endsWith(".ts")) url.pathname = url.pathname.replace(/ts$/, "js");
  return url;
}
