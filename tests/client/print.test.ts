import { expect, test } from 'bun:test'
import { createPrinter } from '../../lib/client/print.ts'

/** A pipe that is full until it is told to go on. */
function fullPipe() {
  let release: ((error?: Error) => void) | null = null
  let onError: (error: Error) => void = () => {}
  return {
    written: [] as string[],
    write(text: string, done: (error?: Error | null) => void) {
      this.written.push(text)
      release = done
      return false
    },
    on: (_: 'error', listener: (error: Error) => void) => {
      onError = listener
    },
    go: () => release?.(),
    break(code: string) {
      const error = Object.assign(new Error(code), { code })
      onError(error)
      release?.(error)
    },
  }
}

const settled = (promise: Promise<unknown>) =>
  Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    Bun.sleep(5).then(() => false),
  ])

test('waits until there is room', async () => {
  const pipe = fullPipe()
  const printing = createPrinter(pipe).print('a')
  expect(await settled(printing)).toBe(false)
  pipe.go()
  expect(await printing).toBe(true)
  expect(pipe.written).toEqual(['a'])
})

test('a reader that has left is no error, and gets nothing more', async () => {
  const pipe = fullPipe()
  const printer = createPrinter(pipe)
  const printing = printer.print('a')
  pipe.break('EPIPE')
  expect(await printing).toBe(false)
  expect(await printer.print('b')).toBe(false)
  expect(await printer.flush()).toBe(false)
  expect(pipe.written).toEqual(['a'])
})

test('a full disk is an error', async () => {
  const pipe = fullPipe()
  const printing = createPrinter(pipe).print('a')
  pipe.break('ENOSPC')
  await expect(printing).rejects.toMatchObject({ code: 'ENOSPC' })
})
