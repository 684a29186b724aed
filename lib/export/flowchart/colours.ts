/** One palette for all pictures: dark text on light, quiet fills, and a hue only where it tells what a node is. */
interface Surface {
  readonly fill: string
  readonly stroke: string
}

export const COLOURS = {
  background: '#ffffff',
  text: '#1f2a37',
  muted: '#5b6675',
  line: '#8793a1',
  gateway: { fill: '#e6eaef', stroke: '#aeb8c4' },
  executor: { fill: '#eef4fc', stroke: '#a6bfe0' },
  image: { fill: '#eef4fc', stroke: '#a6bfe0' },
  external: { fill: '#fbf5e9', stroke: '#d6be8d' },
  pass: { fill: '#f6f7f9', stroke: '#c3cad3' },
  /** uses_before and uses_after. */
  around: { fill: '#f3effa', stroke: '#c4b5e0' },
  copy: { fill: '#ffffff', stroke: '#c3d2e8' },
  condition: { fill: '#ffffff', stroke: '#c4b5e0' },
} as const satisfies Record<string, string | Surface>
