/** The program itself, once `main.js` has found a Node for it: the command line. */
import { main } from "../cli/main.ts";
import { tuneEngine } from "./engine.ts";
import { watchParent } from "./parent.ts";

tuneEngine();
watchParent();
process.exitCode = await main(process.argv.slice(2));
