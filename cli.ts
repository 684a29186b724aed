#!/usr/bin/env bun
/** Entry of the binary. A worker takes the short way: it must be ready within milliseconds and needs none of the rest. */
if (process.argv[2] === 'worker') {
  const { runWorkerCommand } = await import('./lib/commands/worker.ts')
  await runWorkerCommand()
} else {
  const { main } = await import('./lib/commands/main.ts')
  await main(process.argv.slice(2))
}

export {}
