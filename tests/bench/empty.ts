/** A program that does nothing: what a compiled program holds in memory, and needs to start, before its first line. */
if (process.argv[2] !== '--version') setInterval(() => {}, 1 << 30)

export {}
