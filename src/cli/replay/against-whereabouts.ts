/** What a thread that steps two builds is at, in memory that outlives it. */

export const phases = { reading: 0, loading: 1, stepping: 2 } as const;
export type Phase = (typeof phases)[keyof typeof phases];

/** Phase, sequence of the event, whether it is our own build that steps it, and a count. */
const words = 4;

export class Whereabouts {
  readonly memory: Float64Array<SharedArrayBuffer>;

  /** @param memory of another thread's; new by default */
  constructor(memory = new Float64Array(new SharedArrayBuffer(words * 8))) {
    this.memory = memory;
  }

  get phase(): Phase {
    return (this.memory[0] ?? 0) as Phase;
  }

  /** Of the event that is stepped; 0 before the first. */
  get sequence(): number {
    return this.memory[1] ?? 0;
  }

  /** Our own build steps it, and not the other. */
  get isHere(): boolean {
    return this.memory[2] === 1;
  }

  /** Changes with everything that is begun. */
  get count(): number {
    return this.memory[3] ?? 0;
  }

  enter(phase: Phase): void {
    this.memory[0] = phase;
    this.memory[3] = this.count + 1;
  }

  begin(sequence: number, isHere: boolean): void {
    this.memory[1] = sequence;
    this.memory[2] = Number(isHere);
    this.memory[3] = this.count + 1;
  }
}
