/** Files that the program carries: their import is the path to read them from. */
declare module '*.wasm' {
  const path: string
  export default path
}

declare module '*.ttf' {
  const path: string
  export default path
}
