/** What the entry feature says to clients: nothing. Entering is a packet of the world. */
import { defineContract } from "../../wire/index.ts";

export const entryContract = defineContract("entry", {});
