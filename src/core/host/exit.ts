/** How the host ends. */

export const exitCodes = {
  /** An orderly end: everything is flushed, durable and in a checkpoint. */
  drained: 0,
  /** What was asked for cannot be done: a port in use, a damaged journal. An operator must act. */
  refused: 1,
  /** Something failed under way: the disk, or our own code. A restart may help. */
  failed: 70,
} as const;

/** Thrown anywhere inside a turn of the host, which then ends the process with it. */
export class HostExit extends Error {
  override readonly name = "HostExit";
  readonly exitCode: number;

  /** @param message one line: what, where and what to do */
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
