/** A text as JSON. JSON.stringify makes a new text of each, and those are what an answer spends most of its time on. */

/** Longer ones are left to JSON.stringify, which looks at several characters at once. */
const SHORT = 128
const QUOTE = 0x22
const BACKSLASH = 0x5c

export function quote(text: string): string {
  const { length } = text
  if (length > SHORT) return JSON.stringify(text)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return JSON.stringify(text)
  }
  return `"${text}"`
}
