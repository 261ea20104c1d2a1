/** What machines tell is dealt with after their input has ended, in the order of telling. */
export class Telling {
  #told: (() => void)[] = [];
  #isUnderWay = false;

  add(act: () => void): void {
    this.#told.push(act);
  }

  /** Deals with all that was told; what is told meanwhile comes in its turn. */
  deal(): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    for (let next = this.#told.shift(); next !== undefined; next = this.#told.shift()) next();
    this.#isUnderWay = false;
  }
}
