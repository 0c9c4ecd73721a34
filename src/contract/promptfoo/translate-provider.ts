import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { targetSchema, type TargetConfig } from '../suite/target-schema.ts'

export interface TranslatedProvider {
  readonly label: string
  readonly target: TargetConfig
  readonly changed?: string | undefined
}

/** A provider as a target; `why` where it is code, or a service without a target. */
export function translateProvider(provider: Json | undefined): TranslatedProvider | { readonly why: string } {
  const { id, label, config } = partsOf(provider)
  if (id === '') return { why: 'it has no `id`' }
  const target = targetOf(id, config)
  if ('why' in target) return target
  const parsed = targetSchema.safeParse(target.value)
  if (!parsed.success) return { why: `its settings do not fit: ${parsed.error.issues[0]?.message ?? ''}` }
  return {
    label: label === '' ? id : label,
    target: parsed.data,
    ...(target.changed === undefined ? {} : { changed: target.changed }),
  }
}

/** `openai:x`, `{ id, label, config }`, or `{ openai:x: { config } }`. */
function partsOf(provider: Json | undefined): {
  readonly id: string
  readonly label: string
  readonly config: JsonObject
} {
  if (typeof provider === 'string') return { id: provider, label: '', config: {} }
  if (!isJsonObject(provider)) return { id: '', label: '', config: {} }
  const { id, label, config } = provider
  if (typeof id === 'string')
    return { id, label: typeof label === 'string' ? label : '', config: isJsonObject(config) ? config : {} }
  const [[key, inner] = ['', undefined]] = Object.entries(provider)
  const nested = isJsonObject(inner) && isJsonObject(inner['config']) ? inner['config'] : {}
  return { id: key, label: '', config: nested }
}

type Target = { readonly value: JsonObject; readonly changed?: string | undefined } | { readonly why: string }

const SETTINGS = ['temperature', 'max_tokens', 'max_completion_tokens', 'top_p', 'seed', 'stop', 'response_format']

function targetOf(id: string, config: JsonObject): Target {
  const [kind = '', ...rest] = id.split(':')
  if (id === 'echo') return { value: { type: 'echo' } }
  if (kind === 'openai' || kind === 'anthropic') return modelTarget(kind, rest, config)
  if (kind === 'http' || kind === 'https') return httpTarget(id, config)
  if (kind === 'exec') {
    const [command = '', ...args] = rest.join(':').trim().split(/\s+/)
    return {
      value: { type: 'command', command, args },
      changed: 'the program gets the case as JSON on standard input, not the prompt as an argument',
    }
  }
  if (kind === 'file' || /^(?:python|golang|ruby)$/.test(kind) || /\.(?:[cm]?[jt]s|py|rb)$/.test(id))
    return { why: 'it is a program, and code of a config is not run; write a module (target type `function`)' }
  return {
    why: `there is no target for \`${kind.slice(0, 60)}\`; an OpenAI-compatible endpoint can be named by \`baseUrl\``,
  }
}

function modelTarget(kind: 'openai' | 'anthropic', rest: readonly string[], config: JsonObject): Target {
  const [mode = '', ...named] = rest
  const modes = kind === 'openai' ? ['chat', 'responses', 'completion'] : ['messages', 'completion']
  const isMode = modes.includes(mode)
  const model = isMode ? named.join(':') : rest.join(':')
  if (model === '') return { why: 'it names no model' }
  if (kind === 'openai' && ['embedding', 'embeddings', 'image', 'realtime', 'assistant', 'moderation'].includes(mode))
    return { why: `\`openai:${mode}\` answers no chat` }
  const parameters = Object.fromEntries(
    SETTINGS.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]])),
  )
  const { apiBaseUrl, apiKeyEnvar } = config
  const other = Object.keys(config).filter(
    (key) => !SETTINGS.includes(key) && key !== 'apiBaseUrl' && key !== 'apiKeyEnvar',
  )
  const changes = [
    ...(isMode && mode !== 'chat' && mode !== 'messages' ? [`\`${mode}\` became chat completions`] : []),
    ...(other.length > 0 ? [`without ${other.slice(0, 10).join(', ')}`] : []),
  ]
  return {
    value: {
      type: kind,
      model,
      ...(typeof apiBaseUrl === 'string' ? { baseUrl: apiBaseUrl } : {}),
      ...(typeof apiKeyEnvar === 'string' ? { apiKeyFrom: apiKeyEnvar } : {}),
      ...(Object.keys(parameters).length > 0 ? { parameters: parameters as JsonObject } : {}),
    },
    ...(changes.length === 0 ? {} : { changed: changes.join('; ') }),
  }
}

/** A place in the answer, as `transformResponse` names it: `json.choices[0].message.content`. */
const PLACE = /^(?:json|data)((?:\.[A-Za-z_]\w*|\[\d{1,6}\])*)$/
const ENVIRONMENT = /^\s*(?:Bearer\s+)?\{\{\s*env\.([A-Z][A-Z0-9_]{0,99})\s*\}\}\s*$/

function httpTarget(id: string, config: JsonObject): Target {
  const { url = id, method, body, transformResponse, responseParser } = config
  const place = transformResponse ?? responseParser ?? 'json'
  const match = typeof place === 'string' ? PLACE.exec(place.trim()) : null
  if (match === null) return { why: 'its `transformResponse` is a program; name the place of the reply by a JSONPath' }
  if (typeof url !== 'string' || !/^https?:\/\//.test(url)) return { why: 'it has no `url`' }
  const headers = headersOf(config['headers'])
  return {
    value: {
      type: 'http',
      url,
      reply: `$${match[1] ?? ''}`,
      ...(method === 'GET' || method === 'PUT' || method === 'POST' ? { method } : {}),
      ...headers,
      ...(body === undefined ? {} : { body }),
    },
    ...(headers.headersFrom === undefined && body === undefined
      ? {}
      : {
          changed: 'templates are those of targets, and a header from the environment is sent as its variable holds it',
        }),
  }
}

interface Headers {
  readonly headers?: JsonObject
  readonly headersFrom?: JsonObject
}

/** Plain headers, and names of the variables that hold the others. */
function headersOf(written: Json | undefined): Headers {
  const plain: Record<string, Json> = {}
  const secret: Record<string, Json> = {}
  for (const [name, value] of Object.entries(isJsonObject(written) ? written : {})) {
    const variable = typeof value === 'string' ? ENVIRONMENT.exec(value)?.[1] : undefined
    if (variable !== undefined) secret[name] = variable
    else if (typeof value === 'string' && !value.includes('{{')) plain[name] = value
  }
  return {
    ...(Object.keys(plain).length > 0 ? { headers: plain } : {}),
    ...(Object.keys(secret).length > 0 ? { headersFrom: secret } : {}),
  }
}
