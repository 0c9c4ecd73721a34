import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { detectSecrets } from './detect-secrets.ts'
import { SECRET_RULES } from './secret-anchors.ts'

/** How often a pattern is run while `run` goes on: the work, without a clock. Each run sees its rule's span at most. */
function patternRuns(run: () => void): number {
  // oxlint-disable-next-line typescript/unbound-method -- called below with the pattern as its `this`
  const original = RegExp.prototype.exec
  let runs = 0
  RegExp.prototype.exec = function counted(text: string) {
    runs += 1
    return original.call(this, text)
  }
  try {
    run()
  } finally {
    RegExp.prototype.exec = original
  }
  return runs
}

describe('the work', () => {
  const anchors = [...new Set(SECRET_RULES.flatMap((rule) => rule.anchors))]

  test.each(['', ' ', '=', ': "', '-', 'a1', '\n', '=x7;'])(
    'at most doubles with the text, of any anchor and `%s`',
    (glue) => {
      for (const anchor of anchors.filter((_, index) => index % 23 === 0)) {
        const unit = anchor + glue
        const half = Math.ceil(4_000 / unit.length)
        const once = patternRuns(() => detectSecrets(unit.repeat(half)))
        const twice = patternRuns(() => detectSecrets(unit.repeat(half * 2)))
        expect(twice, JSON.stringify(unit)).toBeLessThanOrEqual(once * 2.1 + 200)
      }
    },
  )

  test.each([
    ['keys without a body', '-----BEGIN RSA PRIVATE KEY-----\n'],
    ['manifests without data', 'kind: Secret\n'],
    ['tokens without an end', `eyJhbGciOiJIUzI1NiJ9.ey${'a'.repeat(40)} `],
    ['addresses without a host', 'https://user:password1 '],
    ['commands without a password', 'curl -u user '],
  ])('on %s is a few runs of patterns for each of them', (_title, unit) => {
    expect(patternRuns(() => detectSecrets(unit.repeat(400)))).toBeLessThan(400 * 100)
  })
})

/** Mulberry32: the same numbers in every run. */
function drawer(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const ALPHABETS: readonly (readonly [string, string])[] = [
  ['hexadecimal', '0123456789abcdef'],
  ['base 32', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'],
  ['lower case and digits', 'abcdefghijklmnopqrstuvwxyz0123456789'],
  ['base 62', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'],
]

describe('random tokens without a mark', () => {
  test.each(ALPHABETS)('in %s are taken for a secret once in a thousand at most', (_name, alphabet) => {
    const draw = drawer(20_261_121)
    let flagged = 0
    const drawn = 4_000
    for (let index = 0; index < drawn; index++) {
      let token = ''
      for (let length = 12 + draw(60); length > 0; length--) token += alphabet.charAt(draw(alphabet.length))
      if (detectSecrets(index % 2 === 0 ? token : `checksum: ${token}`).length > 0) flagged += 1
    }
    expect(flagged / drawn).toBeLessThanOrEqual(0.001)
  })
})

const DATASETS = join(import.meta.dirname, '..', '..', '..', '..', '..', 'shared', 'datasets')

interface Row {
  readonly label: number | null
  readonly text: string
}

function flaggedShare(file: string, label: number): number {
  const rows = gunzipSync(readFileSync(join(DATASETS, file)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
    .filter((row) => row.label === label)
  return rows.filter(({ text }) => detectSecrets(text).length > 0).length / rows.length
}

describe('labelled files (skipped where the data sets are absent)', () => {
  test.skipIf(!existsSync(join(DATASETS, 'dev', 'secret.jsonl.gz')))(
    'keep their recall and their false positives',
    () => {
      expect(flaggedShare('train/secret.jsonl.gz', 1)).toBeGreaterThanOrEqual(0.99)
      expect(flaggedShare('dev/secret.jsonl.gz', 1)).toBeGreaterThanOrEqual(0.99)
      expect(flaggedShare('dev/secret.jsonl.gz', 0)).toBeLessThanOrEqual(0.05)
      expect(flaggedShare('dev/benign.jsonl.gz', 0)).toBeLessThanOrEqual(0.005)
    },
  )
})
