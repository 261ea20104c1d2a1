/** What somebody meant who typed something else: the same for arguments as for settings. */
export { nearest } from "../io/nearest.ts";
