/** Answers as lines for people and programs: documents, texts, whole answers, or one line about all of them. */
import type { PostResponse } from './response.ts'

export const SHOWS = ['json', 'text', 'summary', 'responses'] as const
export type Show = (typeof SHOWS)[number]

export interface Shower {
  /** Lines to print now; '' for none. */
  answer(response: PostResponse): string
  /** What is to be said at the end. */
  end(): string
}

/** `now`: milliseconds. */
export function createShower(show: Show, now: () => number = () => performance.now()): Shower {
  switch (show) {
    case 'json':
      return perDocument((document) => JSON.stringify(document))
    // A line each: what would break it is told apart from a next document by an escape.
    case 'text':
      return perDocument(({ text = '' }) =>
        text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r'),
      )
    case 'responses':
      return { answer: (response) => `${JSON.stringify(response)}\n`, end: () => '' }
    case 'summary':
      return summary(now)
  }
}

type Line = (document: PostResponse['docs'][number]) => string

function perDocument(line: Line): Shower {
  return {
    answer(response) {
      if (response.isError) return ''
      let lines = ''
      for (const document of response.docs) lines += `${line(document)}\n`
      return lines
    },
    end: () => '',
  }
}

function summary(now: () => number): Shower {
  const started = now()
  let answers = 0
  let failed = 0
  let documents = 0
  return {
    answer(response) {
      answers++
      if (response.isError) failed++
      else documents += response.docs.length
      return ''
    },
    end() {
      const seconds = (now() - started) / 1000
      const rate = seconds > 0 ? Math.round(documents / seconds) : 0
      const errors = failed === 0 ? '' : `, ${counted(failed, 'error')}`
      return `${counted(documents, 'document')} in ${counted(answers, 'answer')}${errors}, ${seconds.toFixed(3)} s, ${rate}/s\n`
    },
  }
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
