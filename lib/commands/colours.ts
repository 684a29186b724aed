/** Colours of what commands tell people. */

/** Whether a stream shows them: it is a terminal, and nobody has said NO_COLOR (no-color.org). */
export const showsColours = ({ isTTY }: { readonly isTTY?: boolean }): boolean =>
  isTTY === true && !process.env.NO_COLOR

type Paint = (text: string) => string

/** `false`: texts stay as they are. */
export function paints(colours: boolean): Readonly<Record<'bold' | 'dim' | 'red' | 'green', Paint>> {
  const paint =
    (code: number): Paint =>
    (text) =>
      colours ? `\x1b[${code}m${text}\x1b[0m` : text
  return { bold: paint(1), dim: paint(2), red: paint(31), green: paint(32) }
}
