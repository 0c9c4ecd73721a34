import type { Json } from '../../base/json.ts'

const DEPTH_MAX = 32
const VALUES_MAX = 20_000

/**
 * Reads a literal as Python prints lists and dictionaries (`[{'name': 'x', 'open': True}]`), a superset of JSON.
 * Undefined for anything else. Linear, bounded in depth and values.
 */
export function readLiteral(text: string): Json | undefined {
  const start = text.trimStart()
  if (!start.startsWith('[') && !start.startsWith('{')) return undefined
  const reader = new LiteralReader(start)
  const value = reader.value(0)
  return reader.isDone() ? value : undefined
}

const WORDS: Readonly<Record<string, Json>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
  null: null,
}

class LiteralReader {
  readonly #text: string
  #at = 0
  #count = 0
  #hasFailed = false

  constructor(text: string) {
    this.#text = text
  }

  isDone(): boolean {
    this.#space()
    return !this.#hasFailed && this.#at >= this.#text.length
  }

  value(depth: number): Json | undefined {
    this.#space()
    if (depth > DEPTH_MAX || ++this.#count > VALUES_MAX) return this.#fail()
    const char = this.#text[this.#at]
    if (char === '[' || char === '(') return this.#list(char === '[' ? ']' : ')', depth)
    if (char === '{') return this.#object(depth)
    if (char === "'" || char === '"') return this.#string(char)
    return this.#bare()
  }

  #fail(): undefined {
    this.#hasFailed = true
    return undefined
  }

  #space(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text.charAt(this.#at))) this.#at += 1
  }

  #takes(char: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== char) return false
    this.#at += 1
    return true
  }

  #list(end: string, depth: number): Json | undefined {
    this.#at += 1
    const items: Json[] = []
    while (!this.#takes(end)) {
      const item = this.value(depth + 1)
      if (item === undefined) return this.#fail()
      items.push(item)
      if (!this.#takes(',') && this.#text[this.#at] !== end) return this.#fail()
    }
    return items
  }

  #object(depth: number): Json | undefined {
    this.#at += 1
    const members: [string, Json][] = []
    while (!this.#takes('}')) {
      const key = this.value(depth + 1)
      if (key === undefined || typeof key === 'object' || !this.#takes(':')) return this.#fail()
      const value = this.value(depth + 1)
      if (value === undefined) return this.#fail()
      members.push([String(key), value])
      if (!this.#takes(',') && this.#text[this.#at] !== '}') return this.#fail()
    }
    return Object.fromEntries(members)
  }

  #string(quote: string): string | undefined {
    const parts: string[] = []
    for (this.#at += 1; this.#at < this.#text.length; this.#at++) {
      const char = this.#text.charAt(this.#at)
      if (char === quote) {
        this.#at += 1
        return parts.join('')
      }
      if (char !== '\\') parts.push(char)
      else {
        const next = this.#text.charAt(++this.#at)
        parts.push(next === 'n' ? '\n' : next === 't' ? '\t' : next)
      }
    }
    return this.#fail()
  }

  /** A number, a word, or a call such as `datetime.date(2024, 5, 1)`, which is kept as its text. */
  #bare(): Json | undefined {
    const start = this.#at
    while (this.#at < this.#text.length && /[\w.+-]/.test(this.#text.charAt(this.#at))) this.#at += 1
    const word = this.#text.slice(start, this.#at)
    if (word === '') return this.#fail()
    if (this.#text[this.#at] === '(') {
      const end = this.#text.indexOf(')', this.#at)
      if (end < 0) return this.#fail()
      this.#at = end + 1
      return this.#text.slice(start, this.#at)
    }
    if (Object.hasOwn(WORDS, word)) return WORDS[word]
    return Number.isFinite(Number(word)) ? Number(word) : this.#fail()
  }
}
