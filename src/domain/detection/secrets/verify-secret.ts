import type { Match } from '../match.ts'
import { assignmentAt, type Assignment } from './assigned-value.ts'
import type { Candidate } from './candidate.ts'
import { hintsCredential } from './credential-name.ts'
import { SECRET_CHECKS } from './secret-checks.ts'
import type { SecretRule } from './secret-rule.ts'
import { entropyOf, isAlphabet } from './secret-value.ts'

/**
 * The secret of `rule` whose anchor stands at `at`, or `undefined`. `text` keeps its case; offsets are UTF-16 units.
 * Work is bounded by the rule's span, whatever the text; a verifier may look 16 KiB further for the end of a key.
 */
export function verifySecretAt(rule: SecretRule, text: string, at: number): Match | undefined {
  if (rule.kind === 'context') return verifyAssigned(rule, text, at)
  const [least, most] = rule.back
  for (let back = most; back >= least; back--) {
    if (back > at) continue
    const start = at - back
    if (startsInside(text, start)) continue
    const match = judge(rule, text, { at: start, name: '', isStrong: true })
    if (match !== undefined) return match
  }
  return undefined
}

function verifyAssigned(rule: SecretRule, text: string, at: number): Match | undefined {
  const assignment = assignmentOf(rule, text, at)
  if (assignment === undefined) return undefined
  const match = judge(rule, text, assignment)
  if (match === undefined || readsName(rule) || hintsCredential(assignment.name)) return match
  // A service's name alone, with no word of credentials: the value must look drawn.
  const value = text.slice(match.start, match.end)
  return assignment.isStrong && /\d.*\d/.test(value) && /[A-Za-z].*[A-Za-z]/.test(value) && entropyOf(value) >= 3
    ? match
    : undefined
}

/** Its check has asked the name for a word of credentials. */
const readsName = ({ check }: SecretRule): boolean => check === 'generic-token' || check === 'password'

/** One anchor may begin another (`sumo`, `sumologic`): the first that ends where a word ends counts. */
function assignmentOf(rule: SecretRule, text: string, at: number): Assignment | undefined {
  for (const anchor of rule.anchors) {
    const assignment = matchesAt(text, at, anchor) ? assignmentAt(text, at, anchor.length) : undefined
    if (assignment !== undefined) return assignment
  }
  return undefined
}

function matchesAt(text: string, at: number, anchor: string): boolean {
  return text.slice(at, at + anchor.length).toLowerCase() === anchor
}

function judge(rule: SecretRule, text: string, { at, name, isStrong }: Assignment): Match | undefined {
  const found = rule.pattern.exec(text.slice(at, at + rule.span))
  if (found === null) return undefined
  const value = found[1] ?? found[0]
  const start = at + (found[1] === undefined ? 0 : found[0].lastIndexOf(found[1]))
  const end = start + value.length
  if (goesOn(text, end, rule)) return undefined
  if ((rule.entropy > 0 && entropyOf(value) < rule.entropy) || (rule.check !== 'generic-token' && isAlphabet(value)))
    return undefined
  const candidate: Candidate = { text, start, end, value, name, isStrong, score: rule.score }
  const verdict = rule.check === '' ? candidate : SECRET_CHECKS[rule.check]?.(candidate)
  return verdict === undefined
    ? undefined
    : { detector: rule.id, start: verdict.start, end: verdict.end, score: verdict.score }
}

const isWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95

/** A format starts where a word starts; an escape (`\n`, `%3D`) before it is none of its letters. */
function startsInside(text: string, start: number): boolean {
  const before = start > 0 ? text.charCodeAt(start - 1) : 0
  if (!isWord(text.charCodeAt(start))) return false
  if (before === 43) return start > 1 && isWord(text.charCodeAt(start - 2))
  if (!isWord(before) || isEmphasis(text, start - 1, start - 2)) return false
  return !/(?:\\[nrt]|%[0-9A-Fa-f]{2})$/.test(text.slice(Math.max(0, start - 3), start))
}

/** An underscore at a word's edge is Markdown's. */
function isEmphasis(text: string, at: number, beyond: number): boolean {
  return text.charCodeAt(at) === 95 && !isWord(text.charCodeAt(beyond))
}

const FILE_ENDING = /^\.(?:png|jpe?g|gif|svg|ico|webp|js|css|html?|json|md|map)\b/
/** What would go on with a value that has no mark of its own. */
const VALUE_GOES_ON = /^(?:[-+/=~@$(%\\]?[\w]|\(|[-+/=~@$%]{1,2}[\w]|\.[A-Za-z\d])/

/** The token goes on after the match, so the match is a part of something else. */
function goesOn(text: string, end: number, rule: SecretRule): boolean {
  const after = text.charCodeAt(end)
  if (isWord(after) && rule.check !== 'pem' && !isEmphasis(text, end, end + 1)) return true
  if (FILE_ENDING.test(text.slice(end, end + 8))) return true
  if (rule.kind === 'format' || rule.check === 'password') return false
  return !/^\\[nrt"']/.test(text.slice(end, end + 2)) && VALUE_GOES_ON.test(text.slice(end, end + 3))
}
