import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { CarriedText, OpaqueKind } from './decide-request.ts'
import { textOfImage } from './image-source.ts'
import type { ModelRequest, ModelSettings } from './model-request.ts'

const NODES_MAX = 20_000

/**
 * Everything of a request that reaches the model beside the texts of its messages, and that cannot be rewritten: ids and
 * names of calls, addresses of images, descriptions of tools, and the settings.
 */
export function carriedTexts(request: ModelRequest): Result<readonly CarriedText[], string> {
  const carried: CarriedText[] = []
  const names: string[] = []
  for (const [index, message] of request.messages.entries()) {
    if (message.role === 'tool') names.push(message.callId)
    if (message.role === 'assistant') for (const { id, name } of message.toolCalls) names.push(id, name)
    if (message.role !== 'user') continue
    for (const part of message.parts) {
      if (part.kind !== 'image') continue
      const image = textOfImage(part.url)
      if (!image.ok) return image
      if (image.value !== '') carried.push({ where: `${index}:image`, text: image.value })
    }
  }
  if (names.length > 0) carried.push({ where: 'call-names', text: [...new Set(names)].join('\n') })
  for (const { name, description } of request.tools)
    if (description !== undefined && description !== '')
      carried.push({ where: `tool:${name}`.slice(0, 100), text: description, tool: name })
  const { stop = [], toolChoice } = request.settings
  const named = [...stop, ...(typeof toolChoice === 'object' ? [toolChoice.name] : [])]
  const settings = textsOfSettings(request.extra, request.settings, named)
  return settings.ok ? ok([...carried, ...settings.value]) : settings
}

/**
 * What is said among the settings: all words as one text, as somebody may have spread a sentence over them, and the settings as the
 * document that they are, in which a name stands before its value and numbers are looked at.
 */
export function textsOfSettings(
  extra: JsonObject,
  settings: ModelSettings = {},
  named: readonly string[] = [],
): Result<readonly CarriedText[], string> {
  // Most requests set nothing.
  const isSilent = named.length === 0 && Object.values(settings).every((setting) => setting === undefined)
  if (isSilent && Object.keys(extra).length === 0) return ok([])
  const texts = textsOf(extra)
  if (texts === undefined) return fail('the settings are too many to be judged')
  const said = [...texts, ...named]
  const document = JSON.stringify({ ...settings, ...extra })
  return ok([
    ...(said.length === 0 ? [] : [{ where: 'settings', text: said.join('\n') }]),
    ...(document === '{}' ? [] : [{ where: 'settings:document', text: document }]),
  ])
}

/** Every text and every name in a JSON value; undefined where there are too many. */
function textsOf(value: Json): readonly string[] | undefined {
  const texts: string[] = []
  const open: Json[] = [value]
  for (let count = 0; open.length > 0; count++) {
    if (count > NODES_MAX) return undefined
    const next = open.pop() as Json
    if (typeof next === 'string') texts.push(next)
    else if (Array.isArray(next)) open.push(...(next as readonly Json[]))
    else if (isJsonObject(next))
      for (const [name, member] of Object.entries(next)) {
        texts.push(name)
        if (member !== undefined) open.push(member)
      }
  }
  return texts
}

/** What no guard reads in a request. */
export function opaqueKinds({ messages }: ModelRequest): readonly OpaqueKind[] {
  const kinds = new Set<OpaqueKind>()
  for (const message of messages)
    if (message.role === 'user') for (const { kind } of message.parts) if (kind !== 'text') kinds.add(kind)
  return [...kinds]
}
