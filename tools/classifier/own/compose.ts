// Our own training texts: phrases of sixteen languages, put together with a seed into attacks and into harmless texts of the same shapes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Example } from '../examples.ts'

const LANGUAGES = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'pt',
  'nl',
  'pl',
  'tr',
  'ru',
  'uk',
  'ar',
  'hi',
  'zh',
  'ja',
  'ko',
] as const
export const SEED = 20_261_121
/** English texts that speak of attacks; those of other languages are part of their language, which is left out as a whole. */
const QUOTES = 'own-quotes'
const QUOTED_CHARS_MAX = 100

type Sections = ReadonlyMap<string, readonly string[]>

/** Phrases by section, one to a line; `\\n` in a line breaks it. */
function readSections(name: string): Sections {
  const sections = new Map<string, string[]>()
  let current: string[] = []
  for (const line of readFileSync(join(import.meta.dirname, `${name}.txt`), 'utf8').split('\n')) {
    const heading = /^\[([a-z]+)\]$/.exec(line)?.[1]
    if (heading === undefined) {
      if (line !== '') current.push(line.replaceAll('\\n', '\n'))
    } else {
      current = []
      sections.set(heading, current)
    }
  }
  return sections
}

class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** Uniform in 0 … 1 (a 32-bit multiply-xor generator). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let value = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)] as Item
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }
}

class Composer {
  readonly #dice = new Dice(SEED)
  readonly #slots = readSections('slots')
  readonly #carriers = readSections('carriers').get('carrier') ?? []
  readonly #quoting = readSections('quotes')
  readonly #english = merged(readSections('en'), readSections('more'))

  #attack(language: string, sections: Sections): Example {
    const order = this.#order(language, sections)
    if (this.#dice.chance(0.45)) return this.#example(language, order, true)
    return this.#carried(language, sections, order, true)
  }

  #order(language: string, sections: Sections): string {
    const dice = this.#dice
    if (dice.chance(0.3)) return this.#fill(dice.pick(sections.get('attack') ?? []))
    const aside = dice.pick(sections.get('aside') ?? [])
    const goal = dice.pick(sections.get('goal') ?? [])
    const other = dice.pick(sections.get('goal') ?? [])
    const stop = language === 'zh' || language === 'ja' ? '。' : '. '
    const bare = dice.pick([
      `${capital(aside)}${stop}${capital(goal)}`,
      `${capital(aside)}${stop}${capital(goal)}`,
      `${capital(aside)}, ${goal}`,
      `${capital(aside)}`,
      `${capital(goal)}${stop}${capital(aside)}`,
      `${goal}`,
      `${capital(goal)}${stop}${capital(other)}`,
    ])
    const frames = [
      ...(sections.get('frame') ?? []),
      ...(language === 'en' || !dice.chance(0.3) ? [] : (this.#english.get('frame') ?? [])),
    ]
    // A bare goal says nothing without the frame that aims it at a model.
    const needsFrame = !bare.toLowerCase().includes(aside.toLowerCase())
    if (!needsFrame && dice.chance(0.4)) return this.#dress(this.#fill(`${bare}${stop.trim()}`))
    const frame = dice.pick(frames)
    return this.#dress(this.#fill(frame.replace('{x}', () => bare)))
  }

  #dress(text: string): string {
    return this.#dice.chance(0.12) ? text.toUpperCase() : this.#dice.chance(0.08) ? `*** ${text} ***` : text
  }

  #harmless(language: string, sections: Sections): Example {
    const dice = this.#dice
    const kind = dice.chance(0.5) ? 'hard' : 'benign'
    return this.#carried(language, sections, this.#fill(dice.pick(sections.get(kind) ?? [])), false)
  }

  #carried(language: string, sections: Sections, core: string, isAttack: boolean): Example {
    const sentence = (): string => {
      const parts = Array.from({ length: 1 + Math.floor(this.#dice.next() * 3) }, () =>
        this.#fill(this.#dice.pick((this.#dice.chance(0.2) ? sections.get('hard') : sections.get('benign')) ?? [])),
      )
      return parts.join(' ')
    }
    const carrier = this.#fill(this.#dice.pick(this.#carriers))
    const text = carrier
      .replace('{s1}', sentence)
      .replace('{s2}', sentence)
      .replace('{x}', () => core)
    return { ...this.#example(language, text, isAttack), injected: isAttack ? core : undefined }
  }

  *examples(): Generator<Example> {
    for (const language of LANGUAGES) {
      const sections = language === 'en' ? this.#english : readSections(language)
      const size = language === 'en' ? 2_400 : 260
      for (let index = 0; index < size; index++) yield this.#attack(language, sections)
      for (const kind of ['hard', 'benign'])
        for (const text of sections.get(kind) ?? []) yield this.#example(language, this.#fill(text), false)
      for (let index = 0; index < size; index++) yield this.#harmless(language, sections)
    }
    yield* this.#triggers()
    for (const language of LANGUAGES) yield* this.#quotes(language)
  }

  /**
   * Harmless texts that quote or report attacks or forbid what they ask for, and attacks in the words of policies, tests and
   * audits, so that these words alone excuse nothing.
   */
  *#quotes(language: string): Generator<Example> {
    const isEnglish = language === 'en'
    const sections = isEnglish ? this.#english : readSections(language)
    const prefix = isEnglish ? '' : language
    const of = (name: string): readonly string[] => this.#quoting.get(`${prefix}${name}`) ?? []
    const framed = (frames: readonly string[], text: () => string): string =>
      this.#fill(this.#dice.pick(frames).replace('{x}', text))
    // A quoted persona or scene of many sentences would teach that such a text is harmless by itself.
    const short = (sections.get('attack') ?? []).filter(({ length }) => length <= QUOTED_CHARS_MAX)
    const quoted = (): string =>
      this.#dice.pick(this.#dice.pick([short, sections.get('aside') ?? [], sections.get('goal') ?? []]))
    const ordered = (): string => this.#dice.pick(sections.get(this.#dice.pick(['aside', 'goal'])) ?? [])
    const said = (name: string): string =>
      capital(
        this.#fill(
          this.#dice
            .pick(of(name))
            .replaceAll(/\{(act|actor|done|source|says)\}/g, (_, slot: string) => this.#dice.pick(of(slot))),
        ),
      )
    for (let index = 0; index < (isEnglish ? 400 : 24); index++) {
      const isEven = index % 2 === 0
      yield this.#quote(language, framed(of('quote'), quoted), false)
      yield this.#quote(language, said('duty'), false)
      if (isEnglish) yield this.#quote(language, said('ban'), false)
      if (isEven) yield this.#quote(language, `${said('duty')} ${framed(of('quote'), quoted)}`, false)
      if (isEven || isEnglish) yield this.#quote(language, framed(of('order'), ordered), true)
      if (isEnglish) yield this.#quote(language, said('must'), true)
    }
  }

  #quote(language: string, text: string, isAttack: boolean): Example {
    const example = this.#example(language, text, isAttack)
    return language === 'en' ? { ...example, source: QUOTES } : example
  }

  /** Ordinary wishes that use the words of attacks. */
  *#triggers(): Generator<Example> {
    const sections = readSections('triggers')
    for (const phrase of sections.get('phrase') ?? [])
      for (let index = 0; index < 6; index++) {
        const question = this.#dice.pick(sections.get('question') ?? [])
        yield this.#example('en', this.#fill(question.replace('{t}', phrase)), false)
      }
  }

  #example(language: string, text: string, isAttack: boolean): Example {
    return { source: `own-${language}`, task: isAttack ? 'injection' : 'benign', isAttack, text, injected: undefined }
  }

  #fill(text: string): string {
    return text
      .replaceAll('{goal}', () => this.#dice.pick(this.#english.get('goal') ?? []))
      .replaceAll('{harm}', () => this.#dice.pick(this.#english.get('harm') ?? []))
      .replace('{base64}', () => Buffer.from(this.#dice.pick(this.#english.get('aside') ?? [])).toString('base64'))
      .replace('{reversed}', () => [...this.#dice.pick(this.#english.get('aside') ?? [])].reverse().join(''))
      .replace(/\{([a-z]+)\}/g, (whole, name: string) => {
        const values = this.#slots.get(name)
        return values === undefined ? whole : this.#dice.pick(values)
      })
  }
}

function merged(a: Sections, b: Sections): Sections {
  return new Map(
    [...new Set([...a.keys(), ...b.keys()])].map((key) => [key, [...(a.get(key) ?? []), ...(b.get(key) ?? [])]]),
  )
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** All our own texts; the same on every machine. */
export function readOwn(): Example[] {
  return [...new Composer().examples()]
}
