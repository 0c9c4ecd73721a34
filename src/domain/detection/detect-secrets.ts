import { SECRET_RULES, type SecretRule } from './secret-rules.ts'
import type { Match } from './pii-detectors.ts'

const PEM_SPAN_MAX = 16_384

/** Finds secrets in raw text (formats are case-sensitive). Spans are raw; a finding of a longer rule wins at the same place. */
export function detectSecrets(raw: string): readonly Match[] {
  const matches = SECRET_RULES.flatMap((rule) => matchesOf(raw, rule))
  const kept: Match[] = []
  for (const match of matches.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    const last = kept.at(-1)
    if (last === undefined || match.start >= last.end) kept.push(match)
  }
  return kept
}

function matchesOf(raw: string, rule: SecretRule): Match[] {
  const matches: Match[] = []
  for (const anchor of rule.anchors) {
    for (let at = raw.indexOf(anchor); at >= 0; at = raw.indexOf(anchor, at + 1)) {
      if (at > 0 && isWord(raw.charCodeAt(at - 1)) && isWord(anchor.charCodeAt(0))) continue
      const length = rule.pattern.exec(raw.slice(at, at + rule.span))?.[0].length
      if (length === undefined) continue
      const end = rule.id === 'secret/private-key' ? endOfPem(raw, at + length) : at + length
      matches.push({ detector: rule.id, start: at, end, score: 1 })
      at = end - 1
    }
  }
  return matches
}

function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
}

/** To the end marker, or to the bound: a key without its end is still a key. */
function endOfPem(raw: string, from: number): number {
  const limit = Math.min(raw.length, from + PEM_SPAN_MAX)
  const end = raw.slice(from, limit).search(/-----END [A-Z ]{0,30}PRIVATE KEY[A-Z ]{0,10}-----/)
  if (end < 0) return limit
  const close = raw.indexOf('-----', from + end + 5)
  return close < 0 ? limit : Math.min(limit, close + 5)
}
