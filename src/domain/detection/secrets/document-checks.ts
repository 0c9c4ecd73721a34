import type { Candidate, Verdict } from './candidate.ts'
import { entropyOf, isCommonPassword, isStandIn, isTemplate } from './secret-value.ts'

const PEM_UNITS_MAX = 16_384
const PEM_BODY_LEAST = 40

/** RFC 7468: from its begin line to its end line. A key that lost its end is still a key, to the bound. */
export function pemBlock(candidate: Candidate): Verdict | undefined {
  const { text, start, end } = candidate
  const limit = Math.min(text.length, end + PEM_UNITS_MAX)
  const body = text.slice(end, limit)
  const dashes = body.indexOf('-----')
  const key = dashes < 0 ? body : body.slice(0, dashes)
  if (!hasBody(key)) return undefined
  if (dashes < 0) return { ...candidate, start, end: limit }
  const close = /^-----END [A-Z0-9 ]{0,60}-----/.exec(body.slice(dashes, dashes + 80))
  return { ...candidate, start, end: end + dashes + (close?.[0].length ?? 0) }
}

/** Forty characters of base64 in the first 4,000. */
function hasBody(key: string): boolean {
  return (key.slice(0, 4_000).match(/[A-Za-z0-9+/=]/g)?.length ?? 0) >= PEM_BODY_LEAST
}

const MANIFEST_UNITS = 4_000
const ENTRIES_MAX = 40
const DOCUMENT_EDGE = /\n(?:---|kind:)/

/** The values under `data` or `stringData` of the same YAML document, from the first to the last that is a value. */
export function kubernetesSecret(candidate: Candidate): Verdict | undefined {
  const { text, start } = candidate
  const from = documentStart(text, start)
  const rest = text.slice(from, start + MANIFEST_UNITS)
  const stop = rest.slice(start - from).search(DOCUMENT_EDGE)
  const lines = (stop < 0 ? rest : rest.slice(0, start - from + stop)).split('\n')
  let span: Verdict | undefined
  let isInData = false
  let seen = 0
  let offset = from
  for (const line of lines) {
    const entry = isInData ? /^[ \t]{1,20}["']?[\w.-]{1,100}["']?:[ \t]{1,8}["']?([^\s"'#|>]{8,2000})/.exec(line) : null
    if (/^[ \t]{0,12}(?:data|stringData):[ \t\r]{0,4}$/.test(line)) isInData = true
    else if (/^\S/.test(line)) isInData = false
    const value =
      entry?.[1] ?? (isInData ? /^[ \t]{3,24}([A-Za-z0-9+/=]{16,2000})[ \t\r]{0,4}$/.exec(line)?.[1] : undefined)
    if (
      value !== undefined &&
      seen < ENTRIES_MAX &&
      !isTemplate(value) &&
      !isStandIn(value) &&
      !isCommonPassword(value)
    ) {
      seen += 1
      const at = offset + line.lastIndexOf(value)
      span = { ...candidate, start: span?.start ?? at, end: at + value.length }
    }
    offset += line.length + 1
  }
  return span
}

/** Back to the last edge of a document, which for a list of documents is the last `kind`. */
function documentStart(text: string, at: number): number {
  const from = Math.max(0, at - MANIFEST_UNITS)
  const before = text.slice(from, at)
  const edge = Math.max(before.lastIndexOf('\n---'), before.lastIndexOf('\nkind:'))
  return edge < 0 ? from : from + edge + 1
}

const COMMAND_UNITS = 600

/** `-u` and `-H` mean credentials only on the command line of curl. */
function isAfterCurl({ text, start }: Candidate): boolean {
  return /\bcurl\b/.test(text.slice(Math.max(0, start - COMMAND_UNITS), start))
}

/** `user:password` of `curl -u`: one of both is a secret, and neither is left to the shell. */
export function curlUser(candidate: Candidate): Verdict | undefined {
  if (!isAfterCurl(candidate)) return undefined
  const bare = candidate.value.replace(/["']/g, '')
  const colon = bare.indexOf(':')
  const user = bare.slice(0, colon)
  const password = bare.slice(colon + 1)
  if (isTemplate(user) || /\$\{|\$[A-Za-z(]/.test(bare)) return undefined
  return isUsablePassword(password === '' ? user : password) ? candidate : undefined
}

/** The value of a header that names a credential. */
export function curlHeader(candidate: Candidate): Verdict | undefined {
  if (!isAfterCurl(candidate)) return undefined
  const colon = candidate.value.indexOf(':')
  const name = candidate.value.slice(0, colon)
  if (colon < 0 || !/auth|token|api-?key|secret|cookie/i.test(name)) return undefined
  const said = candidate.value.slice(colon + 1)
  const lead = /^\s{0,4}(?:(?:basic|bearer|token|apikey|api-key|api-token|digest)\s{1,4})?/i.exec(said)?.[0].length ?? 0
  const value = said.slice(lead)
  const isLeft = isTemplate(value) || isStandIn(value) || /[()<>{}]|\$[A-Za-z]/.test(value)
  if (value.length < 8 || isLeft || entropyOf(value) < 2 || !/\d|[a-z][A-Z]/.test(value)) return undefined
  return { ...candidate, start: candidate.start + colon + 1 + lead }
}

/** A password that is written out: no template, no stand-in, no word that documents use. */
export function isUsablePassword(value: string): boolean {
  if (isTemplate(value) || isStandIn(value) || isCommonPassword(value)) return false
  if (value.length < 4 || /^\d{1,5}$/.test(value) || /[<>()]/.test(value) || /^[*x.]{1,40}$/i.test(value)) return false
  return !/^[A-Z_]{2,60}$/.test(value)
}
