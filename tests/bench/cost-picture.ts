/** Time against size, both by powers of ten, as an SVG that is readable on light and on dark paper. */
export interface Line {
  readonly name: string
  /** One for each size. */
  readonly micros: readonly number[]
}

const [WIDTH, HEIGHT] = [720, 380]
const [LEFT, RIGHT, TOP, BOTTOM] = [80, 40, 20, 60]
const COLOURS = ['#0072b2', '#d55e00'] as const

export function sizeText(bytes: number): string {
  const [unit, name] = bytes >= 1e6 ? [1e6, 'MB'] : bytes >= 1e3 ? [1e3, 'KB'] : [1, 'B']
  return `${bytes / unit} ${name}`
}

const timeText = (micros: number): string =>
  micros >= 1e6 ? `${micros / 1e6} s` : micros >= 1e3 ? `${micros / 1e3} ms` : `${micros} µs`

export function drawCosts(sizes: readonly number[], lines: readonly Line[]): string {
  const all = lines.flatMap(({ micros }) => micros)
  const [from, to] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))]
  const x = (index: number) => LEFT + (index / (sizes.length - 1)) * (WIDTH - LEFT - RIGHT)
  const y = (micros: number) => TOP + ((to - Math.log10(micros)) / (to - from)) * (HEIGHT - TOP - BOTTOM)
  const text = (at: number, down: number, anchor: string, words: string) =>
    `<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" text-anchor="${anchor}">${words}</text>`
  const powers = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
  const parts = [
    ...powers.flatMap((power) => [
      `<path d="M${LEFT} ${y(power).toFixed(1)}H${WIDTH - RIGHT}" stroke="#888" stroke-opacity=".3"/>`,
      text(LEFT - 8, y(power) + 4, 'end', timeText(power)),
    ]),
    ...sizes.map((size, i) => text(x(i), HEIGHT - BOTTOM + 20, 'middle', sizeText(size))),
    ...lines.flatMap(({ name, micros }, i) => {
      const points = micros.map((value, at) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
      const colour = COLOURS[i % COLOURS.length]
      return [
        `<path d="M${points.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...points.map((point) => `<circle cx="${point.replace(' ', '" cy="')}" r="3" fill="${colour}"/>`),
        `<rect x="${LEFT + 12}" y="${TOP + 6 + i * 20}" width="12" height="12" fill="${colour}"/>`,
        text(LEFT + 30, TOP + 16 + i * 20, 'start', name),
      ]
    }),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, 'middle', 'size of the tensor, one request after the other'),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#888">
${parts.join('\n')}
</svg>
`
}
