import { parseJson, canonicalJson, type Json } from '../../../base/json.ts'
import { detectLanguage } from '../../detection/language.ts'
import type { Expectation } from '../expectation.ts'
import { atLeast, HOLDS, miss, noVerdict, type ScoringPorts, type Verdict } from './verdict.ts'

type Of<Name extends Expectation['scorer']> = Extract<Expectation, { readonly scorer: Name }>

/** Lower case, white space as one space: how people compare wording. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ')
}

export function scoreContains({ any }: Of<'contains'>, reply: string): Verdict {
  const said = plain(reply)
  return any.some((text) => said.includes(plain(text))) ? HOLDS : miss(`the reply has none of: ${any.join(' | ')}`)
}

export function scoreContainsAll({ all }: Of<'contains-all'>, reply: string): Verdict {
  const said = plain(reply)
  const absent = all.find((text) => !said.includes(plain(text)))
  return absent === undefined ? HOLDS : miss(`the reply has no \`${absent}\``)
}

export function scoreExcludes({ any }: Of<'excludes'>, reply: string): Verdict {
  const said = plain(reply)
  const found = any.find((text) => said.includes(plain(text)))
  return found === undefined ? HOLDS : miss(`the reply contains \`${found}\``)
}

export function scoreEquals({ value, ignoreCase }: Of<'equals'>, reply: string): Verdict {
  const [left, right] = ignoreCase === true ? [plain(reply).trim(), plain(value).trim()] : [reply.trim(), value.trim()]
  return left === right ? HOLDS : miss(`the reply is not \`${value.slice(0, 80)}\``)
}

export function scorePattern(
  { scorer, pattern }: Of<'matches'> | Of<'not-matches'>,
  reply: string,
  ports: ScoringPorts,
): Verdict {
  const found = ports.matches(pattern, reply)
  if (found === undefined) return noVerdict(`\`${pattern}\` is no pattern`)
  if (found === (scorer === 'matches')) return HOLDS
  return miss(found ? `the reply matches \`${pattern}\`` : `the reply does not match \`${pattern}\``)
}

const JSON_CHARS_MAX = 1_000_000

/** JSON in the reply, with or without a fence around it. */
export function jsonIn(reply: string): Json | undefined {
  const trimmed = reply.trim()
  const open = /^```[a-z]{0,10}\n/i.exec(trimmed)
  const text = open !== null && trimmed.endsWith('```') ? trimmed.slice(open[0].length, -3) : trimmed
  const parsed = parseJson(text, JSON_CHARS_MAX)
  return parsed.ok ? parsed.value : undefined
}

export function scoreJson({ schema }: Of<'json'>, reply: string, ports: ScoringPorts): Verdict {
  const value = jsonIn(reply)
  if (value === undefined) return miss('the reply is no JSON')
  const why = schema === undefined ? undefined : ports.schemaMiss(schema, value)
  return why === undefined ? HOLDS : miss(`the reply does not fit its schema: ${why}`)
}

export function scoreJsonEquals({ value }: Of<'json-equals'>, reply: string): Verdict {
  const got = jsonIn(reply)
  if (got === undefined) return miss('the reply is no JSON')
  const [left, right] = [canonicalJson(got), canonicalJson(value)]
  if (!left.ok || !right.ok) return noVerdict('the JSON has no canonical form')
  return left.value === right.value ? HOLDS : miss('the reply is other JSON')
}

export function scoreSimilar(
  { to, metric, atLeast: least }: Of<'similar'>,
  reply: string,
  ports: ScoringPorts,
): Verdict {
  return atLeast(ports.overlap(metric, reply, to), least, `${metric} with the reference`)
}

export function scoreLength({ max, min = 0 }: Of<'length'>, reply: string): Verdict {
  const { length } = Array.from(reply)
  if (length > max) return miss(`the reply has ${length} characters, more than ${max}`, length)
  return length < min
    ? miss(`the reply has ${length} characters, fewer than ${min}`, length)
    : { holds: true, value: length }
}

/** A short reply in no clear language gives no verdict: the detector cannot tell. */
export function scoreLanguage({ is }: Of<'language'>, reply: string): Verdict {
  const detected = detectLanguage(reply)
  if (detected === undefined) return noVerdict('the reply is too short or too mixed to tell its language')
  return detected.language === is ? HOLDS : miss(`the reply seems to be in \`${detected.language}\``)
}
