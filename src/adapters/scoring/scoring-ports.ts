import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { RE2JS } from 're2js'
import { canonicalJsonOf, type JsonObject } from '../../base/json.ts'
import { canonicalView } from '../../domain/detection/canonical-view.ts'
import { findTopics, topicIndex, type TopicIndex } from '../../domain/detection/content/topics.ts'
import type { ScoringPorts } from '../../domain/evaluation/scorers/verdict.ts'
import { textOverlap } from './text-overlap.ts'

const CACHE_MAX = 512
const PATTERN_CHARS_MAX = 2_000
/** Patterns look at the first part of a longer text: RE2 is linear, and not fast. */
const TEXT_CHARS_MAX = 200_000

/** Patterns by RE2 (linear in the text), schemas by ajv, overlaps and topics; what is compiled is kept, within bounds. */
export function scoringPorts(): ScoringPorts {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false })
  const schemas = new Map<string, ValidateFunction | string>()
  const patterns = new Map<string, RE2JS | undefined>()
  const topics = new Map<string, TopicIndex>()
  return {
    matches(pattern, text) {
      const compiled = kept(patterns, pattern, () => compilePattern(pattern))
      return compiled?.matcher(text.slice(0, TEXT_CHARS_MAX)).find()
    },
    schemaMiss(schema, value) {
      const validate = kept(schemas, canonicalJsonOf(schema), () => compileSchema(ajv, schema))
      if (typeof validate === 'string') return `the schema itself is invalid: ${validate}`
      if (validate(value)) return undefined
      const [error] = validate.errors ?? []
      return `${error?.instancePath === '' ? 'the value' : (error?.instancePath ?? 'the value')} ${error?.message ?? 'is invalid'}`
    },
    overlap: textOverlap,
    topicsIn(ids, text) {
      const index = kept(topics, ids.join(','), () => topicIndex(ids))
      return findTopics(canonicalView(text.toWellFormed()), index).map(({ detector }) => detector.replace('topic/', ''))
    },
  }
}

/** Undefined when the text is no RE2 pattern (back references and look-around are none). */
export function compilePattern(pattern: string): RE2JS | undefined {
  if (pattern.length > PATTERN_CHARS_MAX) return undefined
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    // The library reports a bad pattern by an exception of its own; a bug of ours is a TypeError.
    if (error instanceof TypeError) throw error
    return undefined
  }
}

function compileSchema(ajv: Ajv2020, schema: JsonObject): ValidateFunction | string {
  try {
    return ajv.compile(schema)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Computed once for each key; emptied when full, since suites use few. */
function kept<Value>(cache: Map<string, Value>, key: string, make: () => Value): Value {
  if (cache.has(key)) return cache.get(key) as Value
  if (cache.size >= CACHE_MAX) cache.clear()
  const value = make()
  cache.set(key, value)
  return value
}
