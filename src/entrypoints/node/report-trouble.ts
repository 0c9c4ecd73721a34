/** Tells the operator of a failure that no request waits for. */
export type ReportTrouble = (what: string, error: unknown) => void

const WORDS_MAX = 1_000

/** One line for a log, without the stack. */
export function troubleLine(what: string, error: unknown): string {
  const code = textOf(error, 'code')
  const line = `${what}: ${wordsOf(error)}${code === undefined ? '' : ` (${code})`}`
  return line.replaceAll(/\s*[\r\n]\s*/g, ' ')
}

/** What libraries report is not always an `Error`: some hand out its fields in an object of their own. */
function wordsOf(error: unknown): string {
  const message = textOf(error, 'message')
  if (message !== undefined) return message
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0])
  if (error instanceof Error) return error.name
  if (typeof error !== 'object' || error === null) return String(error)
  try {
    return JSON.stringify(error).slice(0, WORDS_MAX)
  } catch {
    return `an object with ${Object.keys(error).join(', ')}`.slice(0, WORDS_MAX)
  }
}

/** Empty says nothing: such an error is told by the rest of it. */
function textOf(error: unknown, field: 'message' | 'code'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, field)
  return typeof value === 'string' && value !== '' ? value.slice(0, WORDS_MAX) : undefined
}
