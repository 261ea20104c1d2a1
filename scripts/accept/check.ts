/** What an acceptance is made of. */

/** One line of the result. */
export interface Check {
  readonly id: string;
  /** What was asked, in words or figures. */
  readonly bound: string;
  readonly measured: string;
  readonly pass: boolean;
}

/** Checks as they become known: a long acceptance shows what it has. */
export type Part = () => AsyncIterable<Check>;

/** A figure that must be at least `least`. */
export const atLeast = (id: string, least: number, measured: number): Check => ({
  id,
  bound: `>= ${figure(least)}`,
  measured: figure(measured),
  pass: measured >= least,
});

/** A figure that must be at most `most`. */
export const atMost = (id: string, most: number, measured: number): Check => ({
  id,
  bound: `<= ${figure(most)}`,
  measured: figure(measured),
  pass: measured <= most,
});

const figure = (value: number): string =>
  Math.abs(value) >= 1_000
    ? Math.round(value).toLocaleString("en-US")
    : String(Math.round(value * 1_000) / 1_000);
