/**
 * The schemas in `proto`, read by protobufjs reflection: independent of the code made from them.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import protobuf from "protobufjs";

const library = dirname(createRequire(import.meta.url).resolve("protobufjs/package.json"));

export function loadSchema(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) =>
    target.startsWith("google/")
      ? join(library, target)
      : join(import.meta.dirname, "../../../proto", target);
  const subjects = ["auth", "common", "game", "guild", "operate", "options", "packet", "session"];
  root.loadSync(subjects.map((subject) => `${subject}.proto`));
  return root;
}
