import type { Json, JsonObject } from '../../base/json.ts'

const KNOWN = /^(not-)?([a-z][a-z0-9-]{1,40}(?::[a-z][a-z-]{1,30})?)(?:\((\d{1,9}(?:\.\d{1,9})?)\))?:([\s\S]*)$/
const BARE = /^(?:not-)?(?:is-json|contains-json|is-refusal|is-xml|is-html|is-sql|is-valid-openai-tools-call)$/
/** Types that a cell may name; any other text before a colon is part of what must be equal. */
const TYPES = new Set(
  `answer-relevance bleu classifier contains contains-all contains-any contains-html contains-json contains-sql contains-xml context-faithfulness
context-recall context-relevance cost equals factuality finish-reason g-eval gleu icontains icontains-all icontains-any is-html is-json is-refusal
is-sql is-valid-function-call is-valid-openai-function-call is-valid-openai-tools-call is-xml javascript latency levenshtein llm-rubric meteor
model-graded-closedqa model-graded-factuality moderation perplexity perplexity-score pi python regex rouge-n ruby similar starts-with webhook
word-count`.split(/\s+/),
)
const CODE: readonly (readonly [string, string])[] = [
  ['javascript:', 'javascript'],
  ['fn:', 'javascript'],
  ['eval:', 'javascript'],
  ['python:', 'python'],
  ['grade:', 'llm-rubric'],
]
const THRESHOLD_DEFAULT = 0.75
const DEFAULTED = new Set(['bleu', 'cost', 'latency', 'levenshtein', 'rouge-n'])

/** A cell of a column `__expected`: `TYPE: VALUE`, `TYPE(THRESHOLD): VALUE`, else a text that the answer must equal. */
export function assertionOfCell(cell: string): JsonObject {
  const code = CODE.find(([prefix]) => cell.startsWith(prefix))
  if (code !== undefined) return { type: code[1], value: cell.slice(code[0].length).trim() }
  if (BARE.test(cell.trim())) return { type: cell.trim() }
  const match = KNOWN.exec(cell)
  const type = match?.[2] ?? ''
  if (match === null || !TYPES.has(type)) return { type: 'equals', value: cell }
  const value = (match[4] ?? '').trim()
  const threshold = match[3] === undefined ? undefined : Number(match[3])
  return {
    type: `${match[1] ?? ''}${type}`,
    ...valueOf(type, value),
    ...(threshold === undefined && !DEFAULTED.has(type) ? {} : { threshold: threshold ?? THRESHOLD_DEFAULT }),
  }
}

function valueOf(type: string, value: string): { readonly value?: Json } {
  if (value === '') return {}
  return /-(?:any|all)$/.test(type) ? { value: value.split(',').map((part) => part.trim()) } : { value }
}

/** A row of a table of tests, in the form of a test that is written out. */
export function testOfRow(row: Readonly<Record<string, string>>): JsonObject {
  const vars: Record<string, Json> = {}
  const assert: Json[] = []
  const options: Record<string, Json> = {}
  const metadata: Record<string, Json> = {}
  const test: Record<string, Json> = { vars, assert, options, metadata }
  for (const [key, cell] of Object.entries(row)) {
    if (/^__expected\d*$/.test(key)) {
      if (cell.trim() !== '') assert.push(assertionOfCell(cell))
    } else if (key === '__prefix' || key === '__suffix') options[key.slice(2)] = cell
    else if (key === '__description') test['description'] = cell
    else if (key === '__threshold' && cell !== '') test['threshold'] = Number(cell)
    else if (key.startsWith('__metadata:')) metadata[key.slice('__metadata:'.length).replace(/\[\]$/, '')] = cell
    else if (key.startsWith('__')) test[key.slice(2)] = cell
    else vars[key] = cell
  }
  return test
}
