/** Why the simulator does not see these mutants, by id. */
export const survivors: Readonly<Record<string, string>> = {};
