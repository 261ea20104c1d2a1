/**
 * Plants a mutant in this process: whoever imports the mutant's file from now on gets it with the
 * bug in it. No file is changed. Node only, because it hooks how Node loads modules, so tests start
 * a process for it:
 *
 *     import { mutantNamed } from "./list.ts";
 *     plant(mutantNamed("F17-overwritten"));
 *     const { simulate } = await import("../../src/sim/index.ts");
 *
 * Nothing of `src/` may have been imported before. What a whole hunt of a mutant looks like, its
 * shrinking included, is in `hunt.ts`; from the command line:
 *
 *     node scripts/mutants/hunt.ts F17-overwritten --shrink
 */
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { mutated, root } from "./mutant.ts";
import type { Mutant } from "./mutant.ts";

/** @throws Error later, at the import, when the file has no such text any more */
export function plant(mutant: Mutant): void {
  const planted = pathToFileURL(join(root, mutant.file)).href;
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      if (url !== planted) return loaded;
      const text = Buffer.from(loaded.source as Uint8Array).toString("utf8");
      return { ...loaded, source: mutated(mutant, text) };
    },
  });
}
