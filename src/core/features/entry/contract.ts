/** What the entry feature says to clients: nothing. Its packets are the world's and the account's. */
import { defineContract } from "../../wire/index.ts";

export const entryContract = defineContract("entry", {});
