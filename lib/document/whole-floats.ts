/** Floats that happen to be whole, in JSON: readers in Python tell by the fraction whether a number is a float. */

let keeping = false

/** Within `make`, floats become what JSON.stringify writes as floats: `1.0`, as Python does. */
export function keepingFloats<T>(make: () => T): T {
  keeping = true
  try {
    return make()
  } finally {
    keeping = false
  }
}

export const isKeepingFloats = (): boolean => keeping

const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): unknown
  isRawJSON(value: unknown): boolean
}

/** Stands for a number, and is one to JSON.stringify alone. */
export const wholeFloat = (value: number): unknown =>
  rawJSON(Object.is(value, -0) ? '-0.0' : `${value}.0`.replace(/(e.*)\.0$/, '$1'))

export const isWholeFloat = (value: object): boolean => isRawJSON(value)
