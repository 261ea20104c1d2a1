/**
 * Simulated time. What is to happen waits in one binary heap, ordered by the time it is due and,
 * at equal times, by the order in which it was asked for. Nothing here is asynchronous: a run is a
 * plain loop, so a simulated minute costs only what happens in it.
 *
 * S1. Time never goes back, and nothing happens before the time it was scheduled for.
 * S2. Two actions due at the same time happen in the order in which they were scheduled.
 * S3. A cancelled action never happens.
 */
import { invariant } from "../core/kernel/assert.ts";

/** Something that will happen, as a handle to cancel it with. */
export interface Task {
  readonly atMicros: number;
  readonly order: number;
  /** Null once it has happened or was cancelled. */
  action: (() => void) | null;
}

export class Scheduler {
  /** Simulated microseconds since the start of the run. */
  nowMicros = 0;
  /** How many actions have happened. */
  steps = 0;
  readonly #heap: Task[] = [];
  #order = 0;

  /** Schedules `action` for `atMicros`, an integer at or after now. */
  at(atMicros: number, action: () => void): Task {
    invariant(atMicros >= this.nowMicros, "scheduled into the past", atMicros, this.nowMicros);
    invariant(Number.isSafeInteger(atMicros), "time is a whole number of microseconds", atMicros);
    const task: Task = { atMicros, order: this.#order++, action };
    this.#push(task);
    return task;
  }

  after(delayMicros: number, action: () => void): Task {
    return this.at(this.nowMicros + delayMicros, action);
  }

  /** Does nothing when the task has already happened. */
  cancel(task: Task): void {
    // The heap drops it when its time comes: removing from the middle costs more than waiting.
    task.action = null;
  }

  /** The time of the next action, or null when nothing is scheduled. */
  nextMicros(): number | null {
    this.#dropCancelled();
    return this.#heap[0]?.atMicros ?? null;
  }

  /** Lets the next action happen. False when there is none. */
  runNext(): boolean {
    this.#dropCancelled();
    const task = this.#pop();
    if (task === undefined) return false;
    const { action } = task;
    invariant(action !== null && task.atMicros >= this.nowMicros, "a live task, not in the past");
    this.nowMicros = task.atMicros;
    this.steps += 1;
    task.action = null;
    action();
    return true;
  }

  /** Lets everything due at or before `untilMicros` happen, then sets the time to it. */
  runUntil(untilMicros: number): void {
    for (;;) {
      const next = this.nextMicros();
      if (next === null || next > untilMicros) break;
      this.runNext();
    }
    if (untilMicros > this.nowMicros) this.nowMicros = untilMicros;
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.action === null) this.#pop();
  }

  #push(task: Task): void {
    const heap = this.#heap;
    const { atMicros } = task;
    let index = heap.length;
    heap.push(task);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as Task;
      // A new task has the highest order, so at equal times it stays behind.
      if (parent.atMicros <= atMicros) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    this.#sink(last);
    return first;
  }

  /** Puts `task` where the root was and lets it down to its place. */
  #sink(task: Task): void {
    const heap = this.#heap;
    const { length } = heap;
    const { atMicros, order } = task;
    let index = 0;
    for (let childIndex = 1; childIndex < length; childIndex = 2 * index + 1) {
      let child = heap[childIndex] as Task;
      if (childIndex + 1 < length) {
        const right = heap[childIndex + 1] as Task;
        const isRight =
          right.atMicros < child.atMicros ||
          (right.atMicros === child.atMicros && right.order < child.order);
        if (isRight) {
          child = right;
          childIndex += 1;
        }
      }
      if (atMicros < child.atMicros || (atMicros === child.atMicros && order < child.order)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = task;
  }
}
