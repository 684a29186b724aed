/** Lines to stdout at the pace of who reads them; a reader that has left (`| head`) is no error. */

export interface Printer {
  /** Resolves when there is room for more; false: nobody reads any more. */
  print(text: string): Promise<boolean>
  /** Resolves when everything has been handed to the system. */
  flush(): Promise<boolean>
}

/** What of a writable stream is needed; process.stdout is one. */
export interface Output {
  write(text: string, done: (error?: Error | null) => void): boolean
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** `print` and `flush` reject when writing fails for any other reason, such as a full disk. */
export function createPrinter(output: Output): Printer {
  let failure: NodeJS.ErrnoException | null = null
  let last = Promise.resolve()
  const failed = (error: NodeJS.ErrnoException) => {
    failure ??= error
  }
  output.on('error', failed)
  const goesOn = (): boolean => {
    if (failure && failure.code !== 'EPIPE') throw failure
    return failure === null
  }
  return {
    async print(text) {
      if (!goesOn()) return false
      const { promise, resolve } = Promise.withResolvers<void>()
      const hasRoom = output.write(text, (error) => {
        if (error) failed(error)
        resolve()
      })
      last = promise
      if (!hasRoom) await promise
      return goesOn()
    },
    async flush() {
      await last
      return goesOn()
    },
  }
}
