// Recall, precision, false positives and speed of the format detectors: node tools/measure-formats.ts <folder with train/ and dev/> [--show TYPE]
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { SOFT_DETECTORS, detectFormats } from '../src/domain/detection/formats/detect-formats.ts'

interface Span {
  readonly start: number
  readonly end: number
  readonly type: string
}
interface Row {
  readonly source: string
  readonly text: string
  readonly spans?: readonly Span[]
}

/** Which detectors count as having found a gold type. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  EMAIL_ADDRESS: ['email'],
  CREDIT_CARD: ['card'],
  IBAN_CODE: ['iban'],
  IP_ADDRESS: ['ip'],
  MAC_ADDRESS: ['mac'],
  CRYPTO: ['btc', 'eth'],
  PHONE_NUMBER: ['phone'],
  PHONE: ['phone'],
  PH_MOBILE_NUMBER: ['phone'],
  TR_PHONE_NUMBER: ['phone'],
  ADDRESS: ['address', 'postcode'],
  STREET_ADDRESS: ['address', 'postcode'],
  ZIP_CODE: ['address', 'postcode'],
  UK_POSTCODE: ['postcode'],
  PERSON: ['person'],
  AGE: ['age'],
}

const MEASURED_UNITS = 3_000_000
/** Units of texts that look for work that grows faster than the text. */
const HOSTILE = [
  '@',
  'a@',
  'a.',
  'a@a.',
  'dot com ',
  ' (dot) com',
  'a (at) b ',
  '1',
  '1 ',
  '12 ',
  '123-',
  '+1 ',
  '(1) ',
  '1.',
  '1.1.',
  '1:',
  ':',
  'a:',
  '::',
  'DE89 ',
  'de89',
  '4111 1111 1111 1111 ',
  '<<',
  'A<<',
  '0x',
  '0xaB',
  'bc1q',
  '1A',
  '3h',
  'BIC ',
  'swift: abcd',
  'A ',
  'Al ',
  'Maria ',
  'Maria de ',
  'Mr. ',
  'name is ',
  'my name is A',
  "I'm ",
  'Apt. 1 ',
  'Suite 12, ',
  '12 Main ',
  '12 Main St, ',
  '5 rue A ',
  'A 5 ',
  'Str. 5 ',
  'IL 62704 ',
  'Box 1 ',
  'lives at 5 A ',
  'address is 1 ',
  'born 1/1/1990 ',
  '1 years old ',
  'zip 12345 ',
  'A1 1AA ',
  'é',
  'É',
  'É ',
  '\ud800',
  'İ',
  '00:',
  '0a-',
  '1a2b.',
] as const

const folder = process.argv[2] ?? ''
const show = process.argv[3] === '--show' ? (process.argv[4] ?? '') : ''
if (!existsSync(join(folder, 'dev', 'pii.jsonl.gz'))) {
  console.error('usage: node tools/measure-formats.ts <folder with train/ and dev/> [--show TYPE]')
  process.exit(2)
}

function rows(split: string, name: string): readonly Row[] {
  const text = gunzipSync(readFileSync(join(folder, split, `${name}.jsonl.gz`))).toString('utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row)
}

/** Gold spans count code points; a text without astral characters needs no conversion. */
function unitsOf(text: string, spans: readonly Span[]): readonly Span[] {
  if (!/[\ud800-\udbff]/.test(text)) return spans
  const offsets: number[] = [0]
  for (const char of text) offsets.push((offsets.at(-1) ?? 0) + char.length)
  return spans.map(({ start, end, type }) => ({ start: offsets[start] ?? 0, end: offsets[end] ?? text.length, type }))
}

for (const split of ['train', 'dev']) measurePii(split)
measureBenign('dev')
measureSpeed()

function measurePii(split: string): void {
  const gold = new Map<string, [number, number]>()
  const flagged = new Map<string, [number, number]>()
  const count = (table: Map<string, [number, number]>, key: string, isHit: boolean): void => {
    const entry = table.get(key) ?? [0, 0]
    table.set(key, [entry[0] + (isHit ? 1 : 0), entry[1] + 1])
  }
  for (const row of rows(split, 'pii')) {
    const matches = detectFormats(row.text)
    const spans = unitsOf(row.text, row.spans ?? [])
    for (const span of spans) {
      const kinds = KINDS[span.type]
      if (kinds === undefined) continue
      const covered = coverage(
        span,
        matches.filter(({ detector }) => kinds.includes(detector.slice(4))),
      )
      const isFound = covered >= 0.5
      count(gold, `${span.type} ${row.source}`, isFound)
      if (!isFound && span.type === show)
        console.log(
          split,
          'MISS',
          JSON.stringify(
            `${row.text.slice(Math.max(0, span.start - 40), span.start)}[[${row.text.slice(span.start, span.end)}]]${row.text.slice(span.end, span.end + 20)}`,
          ),
        )
    }
    for (const match of matches) {
      const isHit = spans.some(({ start, end }) => start < match.end && end > match.start)
      count(flagged, match.detector, isHit)
      if (!isHit && match.detector === show)
        console.log(
          split,
          'EXTRA',
          JSON.stringify(
            `${row.text.slice(Math.max(0, match.start - 30), match.start)}[[${row.text.slice(match.start, match.end)}]]${row.text.slice(match.end, match.end + 20)}`,
          ),
        )
    }
  }
  console.log(`\n${split}: recall by type (gold span covered by half or more)`)
  print(gold)
  console.log(`${split}: flagged spans that touch a gold span of any type`)
  print(flagged)
}

function print(table: ReadonlyMap<string, readonly [number, number]>): void {
  for (const [key, [hits, all]] of [...table].toSorted(([a], [b]) => a.localeCompare(b)))
    console.log(`  ${key.padEnd(40)} ${hits}/${all} = ${((100 * hits) / all).toFixed(1)} %`)
}

function coverage(span: Span, matches: readonly { readonly start: number; readonly end: number }[]): number {
  let units = 0
  for (const { start, end } of matches) units += Math.max(0, Math.min(end, span.end) - Math.max(start, span.start))
  return units / (span.end - span.start)
}

function measureBenign(split: string): void {
  const texts = rows(split, 'benign')
  const hits = new Map<string, [number, number]>()
  const bySource = new Map<string, [number, number]>()
  const groups = {
    exact: 0,
    'exact, score 0.5 or more': 0,
    'of these without a mail address': 0,
    soft: 0,
    'names or addresses': 0,
  }
  for (const { text, source } of texts) {
    const matches = detectFormats(text)
    for (const detector of new Set(matches.map((match) => match.detector)))
      hits.set(detector, [(hits.get(detector)?.[0] ?? 0) + 1, texts.length])
    const exact = matches.filter(({ detector }) => !SOFT_DETECTORS.has(detector))
    const soft = matches.filter(({ detector }) => SOFT_DETECTORS.has(detector))
    if (exact.length > 0) groups.exact += 1
    if (exact.some(({ score }) => score >= 0.5)) groups['exact, score 0.5 or more'] += 1
    if (exact.some(({ score }) => score >= 0.5) && !exact.some(({ detector }) => detector === 'pii/email'))
      groups['of these without a mail address'] += 1
    if (soft.length > 0) groups.soft += 1
    const isNamed = soft.some(({ detector }) => detector === 'pii/person' || detector === 'pii/address')
    if (isNamed) groups['names or addresses'] += 1
    bySource.set(source, [(bySource.get(source)?.[0] ?? 0) + (isNamed ? 1 : 0), (bySource.get(source)?.[1] ?? 0) + 1])
    for (const match of matches)
      if (`benign:${match.detector}` === show)
        console.log(
          'BENIGN',
          source,
          match.score,
          JSON.stringify(
            `${text.slice(Math.max(0, match.start - 30), match.start)}[[${text.slice(match.start, match.end)}]]${text.slice(match.end, match.end + 20)}`,
          ),
        )
  }
  console.log(`\nbenign ${split}: texts flagged, of ${texts.length}`)
  print(hits)
  for (const [group, count] of Object.entries(groups))
    console.log(`  ${group}: ${((1_000 * count) / texts.length).toFixed(1)} per 1,000`)
  console.log('names or addresses by source')
  print(bySource)
}

/** Processor time of this thread for one run, mean over about 3 M units: its clock ticks in milliseconds. */
function millisecondsFor(sample: string): number {
  for (let warm = 0; warm < 3; warm++) detectFormats(sample)
  const runs = Math.ceil(MEASURED_UNITS / sample.length)
  const started = process.threadCpuUsage()
  for (let run = 0; run < runs; run++) detectFormats(sample)
  const { user, system } = process.threadCpuUsage(started)
  return (user + system) / 1_000 / runs
}

function measureSpeed(): void {
  const prose = rows('dev', 'benign').filter(({ source }) =>
    /self_instruct|awesome|arena|gsm8k|banking|clinc/.test(source),
  )
  const text = prose.map((row) => row.text).join('\n')
  const samples = {
    'prose, ASCII': text.replaceAll(/[^\u0000-\u007f]/g, '?'),
    'prose with some other letters': text,
    'ten-digit numbers': Array.from({ length: 40_000 }, (_, index) => String((index * 7_919_777) % 9_999_999_937)).join(
      ' ',
    ),
    'small numbers': Array.from({ length: 80_000 }, (_, index) => String((index * 7_919) % 997)).join(' '),
    'rows of personal data': rows('dev', 'pii')
      .map((row) => row.text)
      .join('\n'),
  }
  for (const [name, sample] of Object.entries(samples))
    console.log(
      `speed on ${name} (${sample.length} units): ${(sample.length / 1_000 / millisecondsFor(sample)).toFixed(1)} MB/s`,
    )
  for (const [unit, ratio, speed] of HOSTILE.map(doubling)
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 8))
    console.log(`doubling 32 KB of ${JSON.stringify(unit)}: time times ${ratio.toFixed(2)}, ${speed.toFixed(2)} MB/s`)
}

function doubling(unit: string): readonly [string, number, number] {
  const half = unit.repeat(Math.ceil(32_768 / unit.length))
  const small = millisecondsFor(half)
  const large = millisecondsFor(half + half)
  return [unit, large / small, half.length / 500 / large]
}
