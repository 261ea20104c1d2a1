/**
 * Simulated time. What is to happen waits in order of the time it is due and, at equal times, of
 * being asked for. Nothing here is asynchronous: a run is a plain loop, so a simulated minute costs
 * only what happens in it.
 *
 * S1. Time never goes back, and nothing happens before the time it was scheduled for.
 * S2. Two actions due at the same time happen in the order in which they were scheduled.
 * S3. A cancelled action never happens.
 *
 * Most of what is scheduled happens within a few milliseconds, and most of what waits waits for
 * long. So there are two heaps: `near` has all that is due before the horizon and is small, `far`
 * has the rest. Whenever `near` is empty the horizon moves.
 */
import { invariant } from "../core/kernel/assert.ts";

/** Something that will happen, as a handle to cancel it with. */
export interface Task {
  readonly atMicros: number;
  readonly order: number;
  /** Null once it has happened or was cancelled. */
  action: (() => void) | null;
}

/** How far the horizon moves past the next action. */
const horizonMicros = 4_000;

export class Scheduler {
  /** Simulated microseconds since the start of the run. */
  nowMicros = 0;
  /** How many actions have happened. */
  steps = 0;
  readonly #near = new TaskHeap();
  readonly #far = new TaskHeap();
  /** Everything before it is near. */
  #horizonMicros = 0;
  #order = 0;

  /** Schedules `action` for `atMicros`, an integer at or after now. */
  at(atMicros: number, action: () => void): Task {
    invariant(atMicros >= this.nowMicros, "scheduled into the past", atMicros, this.nowMicros);
    invariant(Number.isSafeInteger(atMicros), "time is a whole number of microseconds", atMicros);
    const task: Task = { atMicros, order: this.#order++, action };
    if (atMicros < this.#horizonMicros) this.#near.push(task);
    else this.#far.push(task);
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
    return this.#next()?.atMicros ?? null;
  }

  /** Lets the next action happen. False when there is none. */
  runNext(): boolean {
    const task = this.#next();
    if (task === null) return false;
    this.#near.pop();
    this.#run(task);
    return true;
  }

  /** Lets the next action happen if it is due at or before `untilMicros`. False when none is. */
  runNextBy(untilMicros: number): boolean {
    const task = this.#next();
    if (task === null || task.atMicros > untilMicros) return false;
    this.#near.pop();
    this.#run(task);
    return true;
  }

  /** Lets everything due at or before `untilMicros` happen, then sets the time to it. */
  runUntil(untilMicros: number): void {
    for (;;) {
      const task = this.#next();
      if (task === null || task.atMicros > untilMicros) break;
      this.#near.pop();
      this.#run(task);
    }
    if (untilMicros > this.nowMicros) this.nowMicros = untilMicros;
  }

  #run(task: Task): void {
    const { action } = task;
    invariant(action !== null && task.atMicros >= this.nowMicros, "a live task, not in the past");
    this.nowMicros = task.atMicros;
    this.steps += 1;
    task.action = null;
    action();
  }

  /** The first that was not cancelled; it is on top of `near`. */
  #next(): Task | null {
    const near = this.#near;
    for (;;) {
      const task = near.first;
      if (task === undefined) {
        if (!this.#moveHorizon()) return null;
      } else if (task.action === null) near.pop();
      else return task;
    }
  }

  /** False when nothing is left. */
  #moveHorizon(): boolean {
    const far = this.#far;
    while (far.first?.action === null) far.pop();
    if (far.first === undefined) return false;
    this.#horizonMicros = far.first.atMicros + horizonMicros;
    for (let task = far.first; task.atMicros < this.#horizonMicros;) {
      far.pop();
      if (task.action !== null) this.#near.push(task);
      if (far.first === undefined) break;
      task = far.first;
    }
    return true;
  }
}

/** A binary heap by time and, at equal times, by order. */
class TaskHeap {
  readonly #heap: Task[] = [];

  get first(): Task | undefined {
    return this.#heap[0];
  }

  push(task: Task): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(task);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as Task;
      if (isBefore(parent, task)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = task;
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
  }

  /** Puts `task` where the root was and lets it down to its place. */
  #sink(task: Task): void {
    const heap = this.#heap;
    const { length } = heap;
    let index = 0;
    for (let childIndex = 1; childIndex < length; childIndex = 2 * index + 1) {
      let child = heap[childIndex] as Task;
      if (childIndex + 1 < length) {
        const right = heap[childIndex + 1] as Task;
        if (isBefore(right, child)) {
          child = right;
          childIndex += 1;
        }
      }
      if (isBefore(task, child)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = task;
  }
}

const isBefore = (one: Task, other: Task): boolean =>
  one.atMicros < other.atMicros || (one.atMicros === other.atMicros && one.order < other.order);
