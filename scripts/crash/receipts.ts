/** The receipts of crash rounds, a line each, in a file that outlives the server's process. */

export interface Receipt {
  /** The call's id: the key under which it takes effect once. */
  readonly call: number;
  readonly owner: string;
  readonly number: number;
}

export const receiptsFile = "receipts.txt";

export const receiptLine = ({ call, owner, number }: Receipt): string =>
  `${String(call)} ${owner} ${String(number)}\n`;

/** A line without its end was not written whole, and counts for nothing. */
export function receiptsIn(text: string): readonly Receipt[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [call = "", owner = "", number = ""] = line.split(" ");
      return { call: Number(call), owner, number: Number(number) };
    });
}
