import { bareUrl, isFileName, urlsIn } from './value-forms.ts'

/** Values that a text says whole: addresses, accounts, URLs, files and ids. Each has a shape, which its rivals share. */
export interface StatedValue {
  readonly text: string
  readonly shape: string
  /** "The mail from bob@x.example" says where something comes from, not where it goes. */
  readonly isOrigin: boolean
}

const TOKENS_MAX = 5_000
const VALUE_CHARS_MAX = 2_000
const ORIGINS = new Set(['from', 'by', 'of'])

export function statedValues(text: string): readonly StatedValue[] {
  const found: StatedValue[] = []
  let before = ''
  for (const token of withTightAccounts(text).split(/[\s"'<>()[\]{},;|`]+/, TOKENS_MAX)) {
    const value = trimmed(token)
    const shape = shapeOf(value) ?? numberShape(before, value)
    if (shape !== undefined) found.push({ text: value, shape, isOrigin: ORIGINS.has(before) })
    // "No. 5", "issue # 5": the noun stands before.
    if (value !== '' && value !== '#') before = value
  }
  return found
}

const trimmed = (token: string): string => token.toLowerCase().replace(/[.,;:!?*]+$/, '')

/** `DE89 3704 0044 …`, as people write it, is one value. */
const withTightAccounts = (text: string): string =>
  text.replace(/\b[a-z]{2}\d{2}(?: [a-z0-9]{4}){2,7}(?: [a-z0-9]{1,4}\b)?/gi, (written) =>
    /\d{4}/.test(written) ? written.replaceAll(' ', '') : written,
  )

/** What a value is by its look: two of one shape may stand in for each other. Undefined for plain words and numbers. */
export function shapeOf(written: string): string | undefined {
  const value = trimmed(written.trim())
  // Every shape has one of these signs: plain words are told at once.
  if (!/[\d@.~/\\]/.test(value) || value.length < 3 || value.length > VALUE_CHARS_MAX || /\s/.test(value))
    return undefined
  if (/^(?:mailto:)?[^@/]+@[^@/]+\.[a-z]+$/.test(value)) return 'address'
  if (/^[a-z]{2}\d{2}[a-z0-9]{8,30}$/.test(value) && /\d{4}/.test(value)) return 'account'
  if (isUrl(value)) return 'url'
  const name = value.split(/[\\/]/).at(-1) ?? ''
  if (/^\.[a-z]/.test(name) || (name.includes('.') && isFileName(name))) return 'file'
  if (/^[~/]/.test(value)) return 'folder'
  return idShape(value)
}

const isUrl = (value: string): boolean =>
  bareUrl(value) !== undefined && (/^(?:https?:|www\.)/.test(value) || urlsIn(value).length === 1)

/** `#W6390527` and `W111` are ids of one kind; `3pm` and `2nd` are none. */
function idShape(value: string): string | undefined {
  const plain = value.replace(/^#/, '')
  return /^[a-z][a-z0-9_.-]*\d[a-z0-9_.-]*$/.test(plain) ? plain.replace(/\d+/g, '9') : undefined
}

/** "Order 55": numbers are told apart by what they count. */
export function numberShape(noun: string, value: string): string | undefined {
  const kind = noun.replace(/[^a-z]/g, '').replace(/s$/, '')
  return kind.length >= 3 && /^#?\d{1,20}$/.test(value) ? `${kind} 9` : undefined
}

/** A text without the addresses, accounts and URLs in it: parts of these name nobody and nothing else. */
export function withoutAddresses(text: string): string {
  return withTightAccounts(text).replace(/[^\s"'<>()[\]{},;|`]{3,2000}/g, (token) => {
    const shape = shapeOf(token)
    return shape !== undefined && isAddress(shape) ? ' ' : token
  })
}

export const isAddress = (shape: string): boolean => shape === 'address' || shape === 'account' || shape === 'url'

export const fileName = (path: string): string => path.trim().toLowerCase().split(/[\\/]/).at(-1) ?? ''

/** What an argument counts: `order_id` orders. */
export const nounOf = (name: string): string =>
  (name.split('.').at(-1) ?? '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/_(?:ids?|numbers?|no)$/, '')
    .split('_')
    .at(-1) ?? ''
