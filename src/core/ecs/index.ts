/** Entities, components and their columns, as functions over plain data. */
export { anyBit, hasBit, nextBit, type Bits } from "./bits.ts";
export { nextEntity, rowOf, type EntityId, type Row } from "./entities.ts";
export {
  attach,
  capacityOf,
  clearMarks,
  create,
  createStore,
  destroy,
  detach,
  entityIn,
  has,
  isMarked,
  mark,
  needsUpdate,
  nextWith,
  storeViolations,
  type Component,
  type Fields,
  type Schema,
  type Store,
} from "./store.ts";
