/** The machine's two clocks as the host wants them: whole microseconds. About 50 ns a reading. */
import { micros } from "../core/kernel/ids.ts";
import type { Micros } from "../core/kernel/ids.ts";

/** Monotonic time in microseconds since this process began. */
export const monotonicMicros = (): Micros => Math.floor(performance.now() * 1_000) as Micros;

/** The wall clock in microseconds since the epoch, in steps of a millisecond. */
export const wallMicros = (): Micros => micros(Date.now() * 1_000);
