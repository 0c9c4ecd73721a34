import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'

/** What an argument decides: whom something reaches, where it goes, which thing it is about, or what it says. */
export type ArgumentRole = 'recipient' | 'account' | 'url' | 'credential' | 'path' | 'identifier' | 'content'

export interface ArgumentValue {
  readonly name: string
  readonly role: ArgumentRole
  /** It holds the id of something rather than a name or an address. */
  readonly isId: boolean
  readonly text: string
}

const has = (pattern: string): RegExp => new RegExp(`(?:^|_)(?:${pattern})s?(?:_|$)`)

const ROLES: readonly (readonly [ArgumentRole, RegExp])[] = [
  ['credential', has('password|passwd|passphrase|ssh_key|public_key|api_key|private_key|secret|access_token')],
  ['url', has('url|uri|link|href|endpoint|webhook|website|webpage|host|domain|site')],
  ['account', has('iban|bic|swift|account|account_number|wallet|payee|beneficiary|account_id|destination_account')],
  [
    'recipient',
    has(
      'recipient|to|cc|bcc|participant|attendee|invitee|guest|email|mail|email_addresse?|user_email|username|user|user_name|member|owner|new_owner|assignee|collaborator|phone|phone_number|receiver|channel|send_to|shipping_address|address',
    ),
  ],
  ['path', has('path|dir|directory|folder|save_dir|filename|file_name|file_path')],
  [
    'content',
    has(
      'body|text|content|message|description|subject|title|reason|comment|note|reference|summary|value|input_value|query|question|amount|quantity|count|date|time|day|start|end|location|price|number_of|otp|code|city|street|input_id',
    ),
  ],
]

const VALUES_MAX = 500
const DEPTH_MAX = 16

const ID = /(?:^|_)ids?$/
/** Ids of whom or where something goes to; of everything else it is a thing. */
const DESTINATION_ID =
  /(?:^|_)(?:recipient|receiver|chat|channel|customer|participant|attendee|invitee|guest|member|owner|assignee|collaborator|destination_\w{1,40})_ids?$/

const plainName = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()

function roleOfId(plain: string): ArgumentRole {
  if (/(?:^|_)(?:payee|beneficiary|payment_method|wallet)_ids?$/.test(plain)) return 'account'
  return DESTINATION_ID.test(plain) ? 'recipient' : 'identifier'
}

/** The role of an argument from its name and, where the name says nothing, its schema's format and description. */
export function roleOf(name: string, schema: JsonObject | undefined): ArgumentRole {
  const plain = plainName(name)
  if (ID.test(plain) && !/account|user|email_to/.test(plain)) return roleOfId(plain)
  const named = ROLES.find(([, pattern]) => pattern.test(plain))?.[0]
  if (named !== undefined) return named
  const format = schema?.format
  if (format === 'email' || format === 'idn-email') return 'recipient'
  if (format === 'uri' || format === 'url' || format === 'iri' || format === 'hostname') return 'url'
  const description = typeof schema?.description === 'string' ? schema.description.slice(0, 500).toLowerCase() : ''
  if (/\be-?mail address|\bphone number|\brecipient/.test(description)) return 'recipient'
  if (/\biban\b|\baccount number/.test(description)) return 'account'
  if (/\burl\b|\bweb address/.test(description)) return 'url'
  return 'identifier'
}

/** Every scalar of the arguments with the role of the nearest name above it. Bounded in number and depth. */
export function argumentValues(args: JsonObject, schema: JsonObject | undefined): readonly ArgumentValue[] {
  const properties = isJsonObject(schema?.properties) ? schema.properties : {}
  const found: ArgumentValue[] = []
  const walk = (value: Json | undefined, name: string, role: ArgumentRole, depth: number): void => {
    if (value === null || value === undefined || found.length >= VALUES_MAX || depth > DEPTH_MAX) return
    if (Array.isArray(value)) for (const item of value) walk(item as Json, name, role, depth + 1)
    else if (isJsonObject(value))
      for (const [key, member] of Object.entries(value))
        walk(member, `${name}.${key}`, roleOf(key, undefined), depth + 1)
    else if (typeof value !== 'boolean' && String(value).trim() !== '')
      found.push({ name, role, isId: ID.test(plainName(name)), text: String(value) })
  }
  for (const [name, value] of Object.entries(args)) {
    const own = properties[name]
    walk(value, name, roleOf(name, isJsonObject(own) ? own : undefined), 0)
  }
  return found
}
