import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Expectation } from '../../domain/evaluation/expectation.ts'
import { asText } from './render-template.ts'

export interface AssertionOptions {
  /** Does RE2 take the pattern? */
  readonly isPattern: (pattern: string) => boolean
  /** Id of the judge for assertions that a model grades; none where no model is known. */
  readonly judge: string | undefined
}

export type TranslatedAssertion =
  | { readonly expect: readonly Expectation[]; readonly changed?: string | undefined }
  | { readonly why: string }

interface Given {
  readonly type: string
  readonly isInverse: boolean
  readonly value: Json | undefined
  readonly threshold: number | undefined
}

/** One assertion whose value is rendered, as expectations that hold exactly or nearly when it passes. */
export function translateAssertion(assertion: JsonObject, options: AssertionOptions): TranslatedAssertion {
  const { type: written, value, threshold, transform, contextTransform } = assertion
  if (typeof written !== 'string') return { why: 'it has no `type`' }
  if (transform !== undefined || contextTransform !== undefined)
    return { why: 'it judges what a `transform` makes of the answer, and code of a config is not run' }
  const isInverse = written.startsWith('not-')
  const type = isInverse ? written.slice('not-'.length) : written
  if (typeof value === 'string' && value.startsWith('file://'))
    return { why: 'its value is code or a file that could not be read' }
  const given: Given = { type, isInverse, value, threshold: typeof threshold === 'number' ? threshold : undefined }
  return (
    ofWords(given, options) ??
    ofForm(given) ??
    ofMeasure(given) ??
    ofTools(given) ??
    ofJudge(given, options) ??
    ofCode(given) ?? { why: whyNot(type) }
  )
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

function textsOf(value: Json | undefined): readonly string[] | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).map(asText)
  if (typeof value === 'string') return value.split(',').map((part) => part.trim())
  return typeof value === 'number' ? [String(value)] : undefined
}

function pattern(source: string, isInverse: boolean, { isPattern }: AssertionOptions): TranslatedAssertion {
  if (!isPattern(source)) return { why: 'its pattern is none of RE2: look-around and back references are not linear' }
  return { expect: [{ scorer: isInverse ? 'not-matches' : 'matches', pattern: source }] }
}

const CASE = 'white space is not told apart'

/** Words of the answer. promptfoo tells upper from lower case unless the name begins with `i`: a pattern does, too. */
function ofWords(given: Given, options: AssertionOptions): TranslatedAssertion | undefined {
  const { type, isInverse, value } = given
  if (/^i?contains-(?:any|all)$/.test(type)) {
    const texts = textsOf(value)
    return texts === undefined ? NO_VALUE : ofTexts(given, texts, options)
  }
  if (!/^(?:i?contains|starts-with|regex)$/.test(type)) return undefined
  if (value === undefined) return NO_VALUE
  const text = asText(value)
  switch (type) {
    case 'contains':
      return pattern(escaped(text), isInverse, options)
    case 'starts-with':
      return pattern(`^${escaped(text)}`, isInverse, options)
    case 'regex':
      return typeof value === 'string' ? pattern(value, isInverse, options) : NO_VALUE
    default:
      return { expect: [{ scorer: isInverse ? 'excludes' : 'contains', any: [text] }], changed: CASE }
  }
}

// oxlint-disable-next-line max-params -- what is asserted, of which texts, and what patterns are taken
function ofTexts({ type, isInverse }: Given, texts: readonly string[], options: AssertionOptions): TranslatedAssertion {
  if (type === 'contains-any') return pattern(texts.map(escaped).join('|'), isInverse, options)
  if (type === 'icontains-any')
    return { expect: [{ scorer: isInverse ? 'excludes' : 'contains', any: texts }], changed: CASE }
  if (isInverse && texts.length > 1) return { why: 'that some of several texts are missing is no expectation' }
  if (type === 'contains-all') return all(texts.map((text) => pattern(escaped(text), isInverse, options)))
  return isInverse
    ? { expect: [{ scorer: 'excludes', any: texts }], changed: CASE }
    : { expect: [{ scorer: 'contains-all', all: texts }], changed: CASE }
}

const NO_VALUE: TranslatedAssertion = { why: 'it has no `value`' }

function all(parts: readonly TranslatedAssertion[]): TranslatedAssertion {
  const expect: Expectation[] = []
  for (const part of parts) {
    if ('why' in part) return part
    expect.push(...part.expect)
  }
  return { expect }
}

/** Equality, JSON and number of words. */
function ofForm({ type, isInverse, value }: Given): TranslatedAssertion | undefined {
  switch (type) {
    case 'equals':
      if (value === undefined) return NO_VALUE
      if (isInverse)
        return isJsonObject(value) || Array.isArray(value)
          ? { why: 'that a JSON value is not equal is no expectation' }
          : { expect: [{ scorer: 'not-matches', pattern: `^${escaped(asText(value))}$` }] }
      if (isJsonObject(value) || Array.isArray(value)) return { expect: [{ scorer: 'json-equals', value }] }
      return {
        expect: [{ scorer: 'equals', value: asText(value) }],
        changed: 'white space around the answer is left out',
      }
    case 'is-json':
    case 'contains-json': {
      if (isInverse) return { why: 'that an answer is no JSON is no expectation' }
      const schema = typeof value === 'string' ? undefined : isJsonObject(value) ? value : undefined
      if (value !== undefined && schema === undefined) return { why: 'its schema is not written as an object' }
      const expect: Expectation[] = [{ scorer: 'json', ...(schema === undefined ? {} : { schema }) }]
      return type === 'is-json' ? { expect } : { expect, changed: 'the whole answer must be JSON, a fence aside' }
    }
    case 'word-count':
      return isInverse ? { why: 'a number of words that must not be is no expectation' } : wordCount(value)
    default:
      return undefined
  }
}

const WORDS_MAX = 1_000

function wordCount(value: Json | undefined): TranslatedAssertion {
  const exact = typeof value === 'string' ? Number(value) : value
  const { min, max } = isJsonObject(exact) ? exact : { min: exact, max: exact }
  const [least, most] = [min ?? 0, max ?? WORDS_MAX]
  if (!isCount(least) || !isCount(most)) return { why: `it counts more than ${WORDS_MAX} words, or no whole number` }
  const bound = max === undefined ? `{${least},}` : `{${least},${most}}`
  return { expect: [{ scorer: 'matches', pattern: `^\\s*(?:\\S+(?:\\s+|$))${bound}$` }] }
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= WORDS_MAX
}

/** Distances, time and money. Defaults are those of promptfoo. */
function ofMeasure({ type, isInverse, value, threshold }: Given): TranslatedAssertion | undefined {
  const measured = ['levenshtein', 'rouge-n', 'bleu', 'latency', 'cost'].includes(type)
  if (!measured) return undefined
  if (isInverse) return { why: 'a measure that must not be reached is no expectation' }
  switch (type) {
    case 'latency':
      return threshold === undefined ? NO_THRESHOLD : { expect: [{ scorer: 'latency', maxMs: threshold }] }
    case 'cost':
      return threshold === undefined ? NO_THRESHOLD : { expect: [{ scorer: 'cost', maxUsd: threshold }] }
    default:
      break
  }
  if (typeof value !== 'string' || value === '') return NO_VALUE
  if (type === 'levenshtein') {
    const edits = threshold ?? 5
    const atLeast = Math.max(0, 1 - edits / Math.max(1, value.length))
    return {
      expect: [{ scorer: 'similar', to: value, metric: 'levenshtein', atLeast }],
      changed: `${edits} edits became a share of the longer text, upper and lower case alike`,
    }
  }
  const metric = type === 'bleu' ? 'bleu' : 'rouge-1'
  const atLeast = Math.min(1, threshold ?? (type === 'bleu' ? 0.5 : 0.75))
  return {
    expect: [{ scorer: 'similar', to: value, metric, atLeast }],
    changed: 'another implementation of the measure',
  }
}

const NO_THRESHOLD: TranslatedAssertion = { why: 'it has no `threshold`' }

/** Tools that were used. */
function ofTools({ type, isInverse, value }: Given): TranslatedAssertion | undefined {
  if (type === 'is-refusal')
    return { expect: [{ scorer: isInverse ? 'not-refused' : 'refused' }], changed: 'another detector of refusals' }
  if (type === 'trajectory:tool-used') {
    const names = typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly Json[]) : undefined
    if (names === undefined || !names.every((name) => typeof name === 'string'))
      return { why: 'it counts or patterns tools, and only names are expectations' }
    return { expect: names.map((tool) => ({ scorer: isInverse ? 'tool-not-called' : 'tool-called', tool })) }
  }
  if (type === 'trajectory:tool-sequence' && !isInverse) {
    const { mode, steps } = isJsonObject(value) ? value : { mode: undefined, steps: value }
    const tools = Array.isArray(steps) ? (steps as readonly Json[]) : []
    if (tools.length === 0 || !tools.every((tool) => typeof tool === 'string'))
      return { why: 'its steps are not a list of names' }
    return { expect: [{ scorer: 'trajectory', tools, mode: mode === 'exact' ? 'exact' : 'in-order' }] }
  }
  return undefined
}

const GRADED = ['llm-rubric', 'model-graded-closedqa', 'model-graded-factuality', 'factuality', 'g-eval']

/** What a model grades becomes a question to a judge: it informs, and gates nothing without a passport. */
function ofJudge({ type, isInverse, value }: Given, { judge }: AssertionOptions): TranslatedAssertion | undefined {
  if (!GRADED.includes(type)) return undefined
  const rubric = Array.isArray(value) ? (value as readonly Json[]).map(asText).join('; ') : value
  if (typeof rubric !== 'string' || rubric === '') return NO_VALUE
  if (judge === undefined) return { why: 'a model grades it, and the config names none: give one with --judge' }
  const wanted = type.includes('factuality')
    ? `it agrees in its facts with this text: ${rubric}`
    : `it meets this: ${rubric}`
  const question = `Does the reply miss the following? ${isInverse ? 'It must NOT be that' : 'It must be that'} ${wanted}`
  return {
    expect: [{ scorer: 'judge', judge, question: question.slice(0, 4_000) }],
    changed: 'a judge of this suite is asked; it informs, and decides only with a passport',
  }
}

/** Three expressions that are as good as an expectation. Anything else is a program, and programs are not run. */
function ofCode({ type, isInverse, value }: Given): TranslatedAssertion | undefined {
  if (type !== 'javascript' || typeof value !== 'string' || isInverse) return undefined
  const length = /^output\.length\s*(<=?)\s*(\d{1,6})$/.exec(value.trim())
  if (length !== null) {
    const max = Number(length[2]) - (length[1] === '<' ? 1 : 0)
    if (max >= 0) return { expect: [{ scorer: 'length', max }] }
  }
  const includes = /^(!?)output\.includes\((["'])([^"'\\]{1,500})\2\)$/.exec(value.trim())
  if (includes !== null)
    return {
      expect: [{ scorer: includes[1] === '!' ? 'not-matches' : 'matches', pattern: escaped(includes[3] ?? '') }],
    }
  return { why: 'it is a program, and code of a config is not run' }
}

function whyNot(type: string): string {
  if (['javascript', 'python', 'ruby', 'webhook'].includes(type))
    return 'it is a program, and code of a config is not run'
  if (type.startsWith('similar'))
    return 'it compares embeddings, for which there is no scorer; `similar` compares words'
  if (/^(?:context-|answer-relevance|conversation-relevance|search-rubric|agent-rubric)/.test(type))
    return 'a model grades it by a method of its own; write it as a judge, `grounded` or `retrieval`'
  if (/^(?:moderation|guardrails|classifier|pi)$/.test(type))
    return 'it asks a service of its own; see the scorer `safe`'
  if (/^(?:select-best|max-score)$/.test(type)) return 'it compares outputs with one another: `gatehouse eval compare`'
  return `there is no scorer for \`${type.slice(0, 60)}\``
}
