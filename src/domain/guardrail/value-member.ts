/** Numbers of texts by which a value may be called, -1 for none. */
export interface Said {
  name: number
  key: number
  /** Of a longer name that ends with one of these, or of another word for it. */
  other: number
}

/** A member whose own name says nothing of its value: `{"name": "password", "type": "text", "value": "…"}`. */
export interface ValueMember {
  /** What its object says, before it or behind it. */
  readonly said: Said
  /** The text right before it, whatever that one is called; -1 for none. */
  readonly before: number
  /** Its own name is longer: `password_value`. */
  readonly isOwn: boolean
}

/** What members of objects that name a value and hold it beside the name are called. */
export type MemberKind = keyof Said | 'value' | 'kept' | 'own' | undefined

const NAME_UNITS_MAX = 64
/** Last letters of all words below: most names are seen to be none of them at a glance. */
const LAST = new Set(Array.from('adeglmnrstwy', (letter) => letter.charCodeAt(0)))
const CALLS = /^(?:[\w .-]*(name|key)|label|field|param|parameter|variable|var|property|setting)$/i
const HOLDS = /^(?:(value|val)|(current|previous|old|new|default|data|plain|plaintext|raw)|[\w .-]*value)$/i

/** Rows have the same members: each name is read once. */
export class MemberKinds {
  readonly #known = new Map<string, MemberKind>()

  /** Of the name that stands in a source from the quote at `start` to behind that before `end`. */
  at(source: string, start: number, end: number): MemberKind {
    if (end - start > NAME_UNITS_MAX || !LAST.has(source.charCodeAt(end - 2) | 0x20)) return undefined
    const written = source.slice(start + 1, end - 1)
    let kind = this.#known.get(written)
    if (kind === undefined && !this.#known.has(written)) {
      kind = kindOf(written.includes('\\') ? String(JSON.parse(`"${written}"`)) : written)
      this.#known.set(written, kind)
    }
    return kind
  }
}

function kindOf(name: string): MemberKind {
  const holds = HOLDS.exec(name)
  if (holds !== null) return holds[1] !== undefined ? 'value' : holds[2] !== undefined ? 'kept' : 'own'
  const [called, word] = CALLS.exec(name) ?? []
  if (called === undefined) return undefined
  return called.length === word?.length ? (word.toLowerCase() as 'name' | 'key') : 'other'
}
