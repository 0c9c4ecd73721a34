import type { Guard } from '../guard-setup.ts'
import { guardedJson, guardedText, unsupported, type Fields } from './content.ts'
import { guardedMembers, withoutTokenLogs } from './provider-members.ts'

/** A tool call of a model: the input is text, JSON for function tools. */
export function callOf(part: Fields): { readonly id: string; readonly name: string; readonly arguments: string } {
  if (typeof part['toolName'] !== 'string' || typeof part['input'] !== 'string') throw unsupported('tool-call')
  return { id: String(part['toolCallId']), name: part['toolName'], arguments: part['input'] }
}

/** A part of an answer that is not text. Files and a provider's own parts cannot be read. */
export function guardPart(part: Fields, guard: Guard, passes: boolean): Fields {
  switch (part['type']) {
    case 'tool-call':
    case 'tool-approval-request':
      return part
    case 'reasoning':
      return { ...part, text: guardedText(guard, String(part['text'])) }
    case 'tool-result':
      return { ...part, result: guardedJson(guard, part['result']) }
    case 'source':
      return guardedJson(guard, part) as Fields
    default:
      if (!passes) throw unsupported(String(part['type']))
      return part
  }
}

/** What the provider says around a part or an answer. With `logs: 'drop'` without logs of single tokens. Throws `GuardDenied`. */
export function guardMetadata(fields: Fields, guard: Guard, logs: 'keep' | 'drop'): Fields {
  const metadata = fields['providerMetadata']
  if (metadata === undefined) return fields
  return { ...fields, providerMetadata: guardedMembers(guard, logs === 'drop' ? withoutTokenLogs(metadata) : metadata) }
}
