// Measures the identifier scanner: `node tools/measure-identifiers.ts [folder]`.
// With a folder of data sets (dev/ and train/ with pii.jsonl.gz and benign.jsonl.gz): recall by type and texts flagged among benign ones.
// Always: throughput on prose, on dense digits and on hostile input.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { ContextIndex } from '../src/domain/detection/identifiers/identifier-context.ts'
import { createContextIndex } from '../src/domain/detection/identifiers/identifier-context.ts'
import { detectIdentifiers } from '../src/domain/detection/identifiers/detect-identifiers.ts'

interface Row {
  readonly source: string
  readonly text: string
  readonly spans?: readonly { readonly start: number; readonly end: number; readonly type: string }[]
  readonly meta?: { readonly entity?: string }
}

/** Types that other detectors own. */
const OTHERS =
  /^(AGE|PERSON|LOCATION|ADDRESS|STREET_ADDRESS|GPE|NRP|ORGANIZATION|PREFIX|TITLE|ZIP_CODE|DATE_TIME|DOMAIN_NAME|URL|EMAIL_ADDRESS|PHONE.*|PH_MOBILE_NUMBER|TR_PHONE_NUMBER|CREDIT_CARD|IBAN_CODE|IP_ADDRESS|MAC_ADDRESS|CRYPTO|UK_POSTCODE)$/

const EVERYWHERE: ContextIndex = { isNear: () => true }

function rows(file: string): readonly Row[] {
  if (!existsSync(file)) return []
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Row)
}

/** Spans of the data sets count code points; the scanner counts UTF-16 units. */
const unitOffset = (text: string, points: number): number => [...text].slice(0, points).join('').length

interface Tally {
  spans: number
  found: number
  foundWithContext: number
  exact: number
}

function recall(folder: string): void {
  const tallies = new Map<string, Tally>()
  for (const part of ['dev', 'train'])
    for (const { text, spans = [] } of rows(join(folder, part, 'pii.jsonl.gz')))
      for (const span of spans) if (!OTHERS.test(span.type)) count(tallies, text, span)
  console.log('type                        spans  found  exact span  found were context given')
  for (const [type, { spans, found, exact, foundWithContext }] of [...tallies].toSorted((one, other) =>
    one[0].localeCompare(other[0]),
  ))
    console.log(`${type.padEnd(28)}${spans}\t${found}\t${exact}\t${foundWithContext}`)
  const sum = (key: keyof Tally): number => [...tallies.values()].reduce((total, tally) => total + tally[key], 0)
  console.log(
    `all: spans ${sum('spans')}, found ${sum('found')}, exact ${sum('exact')}, given context ${sum('foundWithContext')}`,
  )
}

function count(tallies: Map<string, Tally>, text: string, span: { start: number; end: number; type: string }): void {
  const tally = tallies.get(span.type) ?? { spans: 0, found: 0, foundWithContext: 0, exact: 0 }
  tallies.set(span.type, tally)
  const start = unitOffset(text, span.start)
  const end = unitOffset(text, span.end)
  const matches = detectIdentifiers(text, createContextIndex(text))
  const isHit = matches.some((match) => match.start < end && match.end > start)
  tally.spans += 1
  if (isHit) tally.found += 1
  if (matches.some((match) => match.start === start && match.end === end)) tally.exact += 1
  const given = detectIdentifiers(text, EVERYWHERE)
  if (given.some((match) => match.start < end && match.end > start)) tally.foundWithContext += 1
  else if (process.argv.includes('--misses')) console.log('miss', span.type, JSON.stringify(text.slice(0, 80)))
}

function benign(folder: string): void {
  for (const part of ['dev', 'train']) {
    const texts = rows(join(folder, part, 'benign.jsonl.gz'))
    let flagged = 0
    for (const { text, source } of texts) {
      const matches = detectIdentifiers(text, createContextIndex(text))
      if (matches.length === 0) continue
      flagged += 1
      if (process.argv.includes('--misses'))
        for (const { start, end, detector } of matches)
          console.log(source, detector, JSON.stringify(text.slice(Math.max(0, start - 60), end + 20)))
    }
    const rate = (flagged * 1_000) / Math.max(1, texts.length)
    console.log(`benign ${part}: ${flagged} of ${texts.length} texts flagged, ${rate.toFixed(2)} per 1,000`)
  }
}

function speed(name: string, unit: string): void {
  const text = unit.repeat(Math.ceil(4_000_000 / unit.length))
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    const started = performance.now()
    detectIdentifiers(text, createContextIndex(text))
    best = Math.min(best, performance.now() - started)
  }
  console.log(`${name.padEnd(40)}${(text.length / best / 1_000).toFixed(0)} MB/s`)
}

const folder = process.argv[2]
if (folder !== undefined) {
  recall(folder)
  benign(folder)
}
speed('prose without digits', 'The quick brown fox jumps over the lazy dog while nobody looks. ')
speed('prose with some digits', 'On 12 May 2024 we sold 1,250 units for 99.50 each in 3 towns; see order NW-10001. ')
speed('dense digits of nine', '123456780 987654329 456123782 ')
speed('dense digits of eleven', '12345678901 98765432109 ')
speed('one digit groups', '1 2 3 4 5 6 7 8 9 0 ')
speed('one run of digits', '1234567890')
speed('letters and digits by turns', 'ab 1 cd 2 ')
speed('valid numbers with context', 'ssn 123-45-6789 nif 12345678Z ')
