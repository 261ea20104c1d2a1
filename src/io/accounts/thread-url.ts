/** A thread's file: as it is in the repository, stripped of its types in the package. */
export function threadUrl(name: string): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(`./${name}.${isSource ? "ts" : "js"}`, import.meta.url);
}
