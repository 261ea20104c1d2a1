/** What an account may be called. */
import { loggedName } from "./names.ts";

const nameLengthMax = 32;

/**
 * 1 to 32 UTF-16 units, each of which is seen as it is, and no space at either end: what somebody
 * reads in a list is what somebody else has typed.
 */
export const isAccountName = (name: string): boolean =>
  name !== "" && name.length <= nameLengthMax && name === name.trim() && name === loggedName(name);
