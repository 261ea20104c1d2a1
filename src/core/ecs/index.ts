/** Entities, components and their columns, as functions over plain data. */
export { anyBit, hasBit, nextBit, setBit, type Bits } from "./bits.ts";
export { nextEntity, rowOf, rowsMax, type EntityId, type Row } from "./entities.ts";
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
