import { isJsonObject, type JsonObject } from '../../base/json.ts'
import type { Tool } from '../manifest/manifest.ts'
import type { ArgumentValue } from './argument-role.ts'
import { isStated, type FlowEvidence, type Provenance } from './designation.ts'
import { fileName, nounOf, shapeOf } from './stated-values.ts'
import { toolWords } from './tool-words.ts'
import { hostOf, stem, urlsIn } from './value-forms.ts'

/** One of a few words that the release gives: it names nothing of its own. */
export function isChosen({ name }: ArgumentValue, schema: JsonObject | undefined): boolean {
  const own = isJsonObject(schema?.properties) ? schema.properties[name] : undefined
  return isJsonObject(own) && Array.isArray(own.enum)
}

/** What a call acts on: by its role, by the name of an id, by the noun of the tool; else the first thing that it names. */
export function thingsOf({ id }: Tool, values: readonly ArgumentValue[]): readonly ArgumentValue[] {
  const named = values.filter(({ name, role }) => role === 'path' || (role === 'identifier' && !COMMAND.test(name)))
  const own = toolWords(id).map(stem)
  const things = named.filter(({ name, role }) => role === 'path' || ID.test(name) || own.includes(stem(nounOf(name))))
  return things.length > 0 ? things : named.slice(0, 1)
}

const ID = /(?:^|[._])(?:\w+_)?(?:ids?|numbers?|key)$|I[Dd]s?$/

/** What cannot be undone is done to what the user named or chose from, and to nothing else of that kind. */
export function isStrayThing(
  value: ArgumentValue,
  evidence: FlowEvidence,
  provenance: () => Provenance | undefined,
): boolean {
  const { intent } = evidence
  const name = fileName(value.text)
  const files = intent.values.filter(({ shape, isOrigin }) => isPath(shape) && !isOrigin)
  if (isStated(value.text, value.role, evidence) || files.some(({ text }) => fileName(text) === name)) return false
  if (isPath(shapeOf(value.text)) && files.length > 0 && !intent.isOpen) return true
  return provenance() === undefined && !isListed(value, evidence)
}

const isPath = (shape: string | undefined): boolean => shape === 'file' || shape === 'folder'

/** "Cancel my last order": a whole field of what lists orders, from which the assistant chose. */
function isListed({ text }: ArgumentValue, { sources, intent }: FlowEvidence): boolean {
  const needle = text.trim().toLowerCase()
  return sources.some(
    ({ tool, leaves }) =>
      toolWords(tool).some((word) => intent.words.has(stem(word))) &&
      leaves.some(({ lower, isHostile }) => !isHostile && lower.trim() === needle),
  )
}

const COMMAND = /(?:^|[._])(?:command|cmd|script|shell|sql|statement)s?$/i
const PIECE_CHARS_MIN = 6

/** A command, or a part of one, that only results say: all that leads to a site, and what nobody pointed at. */
export function isBorrowedCommand({ name, text }: ArgumentValue, evidence: FlowEvidence): boolean {
  if (!COMMAND.test(name)) return false
  return text.split(/&&|\|\||[;\n]/).some((part) => {
    const needle = part.trim().toLowerCase()
    if (needle.length < PIECE_CHARS_MIN || isStated(part, 'content', evidence)) return false
    const leadsOut = urlsIn(part).some((url) => !isStated(url, 'url', evidence) && hostOf(url) !== undefined)
    return evidence.sources.some(({ leaves, designated, isInjected }) =>
      leaves.some(
        ({ lower, record, integrity }) =>
          lower.includes(needle) &&
          (integrity === 'untrusted' || isInjected) &&
          (leadsOut || designated[Math.max(record, 0)] !== true),
      ),
    )
  })
}
