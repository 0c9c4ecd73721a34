// Recall and false positives of the secret detector on labelled files: `node tools/measure-secrets.ts DATASETS [--misses]`.
// DATASETS holds `train/` and `dev/` with `secret.jsonl.gz` and `benign.jsonl.gz`, one JSON object a line.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { detectSecrets } from '../src/domain/detection/secrets/detect-secrets.ts'

interface Row {
  readonly label: number | null
  readonly text: string
  readonly rule?: string
}

const [folder] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const showsMisses = process.argv.includes('--misses')
if (folder === undefined) {
  console.log('usage: node tools/measure-secrets.ts DATASETS [--misses]')
  process.exit(2)
}

function rowsOf(file: string): readonly Row[] {
  return gunzipSync(readFileSync(file))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

const share = (part: number, whole: number): string =>
  `${part}/${whole} (${whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(2)} %`})`

function report(title: string, rows: readonly Row[], isExpected: boolean): void {
  const began = performance.now()
  let flagged = 0
  for (const { text, rule } of rows) {
    const matches = detectSecrets(text)
    if (matches.length > 0) flagged += 1
    if (!showsMisses || matches.length > 0 === isExpected) continue
    const said = matches
      .map(({ detector, start, end }) => `${detector}=${text.slice(start, end).slice(0, 80)}`)
      .join(' ; ')
    console.log(
      `  ${isExpected ? 'missed' : 'flagged'} ${rule ?? ''}: ${JSON.stringify(isExpected ? text.slice(0, 160) : said)}`,
    )
  }
  console.log(`${title}: found in ${share(flagged, rows.length)}, ${(performance.now() - began).toFixed(0)} ms`)
}

for (const split of ['train', 'dev'])
  for (const task of ['secret', 'benign']) {
    const file = join(folder, split, `${task}.jsonl.gz`)
    if (!existsSync(file)) continue
    const rows = rowsOf(file)
    if (task === 'secret')
      report(
        `${split} secret, label 1`,
        rows.filter(({ label }) => label === 1),
        true,
      )
    report(
      `${split} ${task}, label 0`,
      rows.filter(({ label }) => label === 0),
      false,
    )
  }
