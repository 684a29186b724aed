/** Which parts of a memory are taken: whole units, the lowest free ones first, since those are the likeliest to be in the cache of the processor. */

/** Bytes of a unit: what is lent is larger, so that little of it is left over. */
export const UNIT = 64 * 1024

export class Blocks {
  /** By unit: length in units of the block that begins there, 0 elsewhere in it, FREE outside of any. */
  private readonly lengths: Int32Array

  constructor(bytes: number) {
    this.lengths = new Int32Array(Math.floor(bytes / UNIT)).fill(FREE)
  }

  /** Takes room for so many bytes, at least one; -1: there is none in one piece. */
  take(bytes: number): number {
    const { lengths } = this
    const wanted = Math.ceil(bytes / UNIT)
    let free = 0
    for (let unit = 0; unit < lengths.length; unit++) {
      free = lengths[unit] === FREE ? free + 1 : 0
      if (free < wanted) continue
      const first = unit - wanted + 1
      lengths.fill(0, first, unit + 1)
      lengths[first] = wanted
      return first * UNIT
    }
    return -1
  }

  /** What `take` gave is free again; false: nothing was taken there. */
  give(offset: number): boolean {
    const { lengths } = this
    const first = offset / UNIT
    const length = lengths[first]
    if (length === undefined || length <= 0) return false
    lengths.fill(FREE, first, first + length)
    return true
  }
}

const FREE = -1
