/** Files that the build puts into the program: what is imported is their path. */
declare module '*.wasm' {
  const path: string
  export default path
}
declare module '*.ttf' {
  const path: string
  export default path
}
