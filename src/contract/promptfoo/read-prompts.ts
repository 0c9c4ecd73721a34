import { isJsonObject, parseJson, type Json } from '../../base/json.ts'
import type { SourcePosition } from '../../base/result.ts'
import { listOf, partOf, type Placed } from './config-parts.ts'
import type { ImportNotes } from './import-note.ts'
import { pathOf, type ReadBeside } from './read-tests.ts'

export interface PromptMessage {
  readonly role: string
  readonly content: string
}

/** A prompt with its templates: one text, or the messages of a chat. */
export interface PromptfooPrompt {
  readonly label: string
  readonly messages: readonly PromptMessage[]
  readonly at: SourcePosition
}

const PROMPTS_MAX = 100
const CHAT_CHARS_MAX = 1_000_000

/** The prompts of a config: texts, objects with `raw`, files of text (parted by `---`) or of chat messages. Programs are notes. */
export async function readPrompts(
  prompts: Placed | undefined,
  read: ReadBeside,
  notes: ImportNotes,
): Promise<readonly PromptfooPrompt[]> {
  const found: PromptfooPrompt[] = []
  for (const entry of listOf(prompts).slice(0, PROMPTS_MAX)) {
    const raw = isJsonObject(entry.value) ? (partOf(entry, 'raw') ?? partOf(entry, 'id')) : entry
    const named = isJsonObject(entry.value) ? entry.value['label'] : undefined
    if (typeof raw?.value !== 'string') {
      notes.add('left-out', entry.at, 'prompt', 'it has neither a text nor a file')
      continue
    }
    const texts =
      raw.value.startsWith('file://') || /^\S+\.(?:txt|json|md|ya?ml)$/.test(raw.value)
        ? await fromFile(raw.value, entry.at, read, notes)
        : [raw.value]
    for (const text of texts) {
      const label = typeof named === 'string' && texts.length === 1 ? named : `prompt-${found.length + 1}`
      found.push({ label, messages: messagesOf(text), at: entry.at })
    }
  }
  return found
}

// oxlint-disable-next-line max-params -- what is named where, how it is read and where notes go
async function fromFile(
  reference: string,
  at: SourcePosition,
  read: ReadBeside,
  notes: ImportNotes,
): Promise<readonly string[]> {
  const refuse = (why: string): readonly string[] => {
    notes.add('left-out', at, `prompt ${reference}`, why)
    return []
  }
  const path = pathOf(reference)
  if (path === undefined) return refuse('it lies outside the folder of the config')
  if (/\.(?:[cm]?[jt]s|py|rb)(?::|$)/.test(path)) return refuse('it is a program, and code of a config is not run')
  if (/[*?]/.test(path)) return refuse('it is a pattern of names: name each file')
  const text = await read(path)
  if (!text.ok) return refuse(text.failure.message)
  return path.endsWith('.json')
    ? [text.value]
    : text.value
        .split(/^---\s*$/m)
        .map((part) => part.trim())
        .filter((part) => part !== '')
}

/** Chat messages where the text is a JSON list of them; else one message of the user. */
function messagesOf(text: string): readonly PromptMessage[] {
  const json = text.trimStart().startsWith('[') ? parseJson(text, CHAT_CHARS_MAX) : undefined
  const entries = json?.ok === true && Array.isArray(json.value) ? (json.value as readonly Json[]) : []
  const messages = entries.flatMap((entry) => {
    if (!isJsonObject(entry)) return []
    const { role, content } = entry
    return typeof role === 'string' && typeof content === 'string' ? [{ role, content }] : []
  })
  return messages.length > 0 && messages.length === entries.length ? messages : [{ role: 'user', content: text }]
}
