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
 * long, mostly in vain. So a heap has only what is due before the horizon, and is small; the rest
 * lies in slots of a few milliseconds each, as it was scheduled. Whenever the heap is empty the
 * horizon moves behind the next slot that has something in it.
 */
import { invariant } from "../core/kernel/assert.ts";

/** Something that will happen, as a handle to cancel it with. */
export interface Task {
  readonly atMicros: number;
  readonly order: number;
  /** Null once it has happened or was cancelled. */
  action: (() => void) | null;
}

/** How much time is one slot. */
const slotMicros = 4_096;

export class Scheduler {
  /** Simulated microseconds since the start of the run. */
  nowMicros = 0;
  /** How many actions have happened. */
  steps = 0;
  readonly #near = new TaskHeap();
  /** By the number of the slot. */
  readonly #slots = new Map<number, Task[]>();
  /** Of each slot that there is a task that does nothing, due at the slot's number. */
  readonly #taken = new TaskHeap();
  /** Everything before it is near: the beginning of a slot. */
  #horizonMicros = 0;
  #order = 0;

  /** Schedules `action` for `atMicros`, an integer at or after now. */
  at(atMicros: number, action: () => void): Task {
    invariant(atMicros >= this.nowMicros, "scheduled into the past", atMicros, this.nowMicros);
    invariant(Number.isSafeInteger(atMicros), "time is a whole number of microseconds", atMicros);
    const task: Task = { atMicros, order: this.#order++, action };
    if (atMicros < this.#horizonMicros) this.#near.push(task);
    else this.#putOff(task);
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

  #putOff(task: Task): void {
    const number = Math.floor(task.atMicros / slotMicros);
    const slot = this.#slots.get(number);
    if (slot !== undefined) {
      slot.push(task);
      return;
    }
    this.#slots.set(number, [task]);
    this.#taken.push({ atMicros: number, order: 0, action: null });
  }

  /** False when nothing is left. */
  #moveHorizon(): boolean {
    const number = this.#taken.first?.atMicros;
    if (number === undefined) return false;
    this.#taken.pop();
    this.#horizonMicros = (number + 1) * slotMicros;
    for (const task of this.#slots.get(number) ?? []) {
      if (task.action !== null) this.#near.push(task);
    }
    this.#slots.delete(number);
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
