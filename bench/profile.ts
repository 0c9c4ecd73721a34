import { Session } from 'node:inspector/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Corpus } from './corpora.ts'
import { PIPELINE } from './ours.ts'
import { percent, type Table } from './print.ts'

const SIZE = 100_000
const DURATION_MS = 1_500
const SHOWN = 5
const SAMPLING_US = 200

/** The functions in which our pipeline (all three sides) spends most of its own time, for each corpus. */
export async function profileTables(corpora: readonly Corpus[], root: string): Promise<readonly Table[]> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_US })
  const tables: Table[] = []
  for (const corpus of corpora) {
    const text = corpus.text(SIZE)
    run(text, DURATION_MS / 3)
    await session.post('Profiler.start')
    run(text, DURATION_MS)
    const { profile } = await session.post('Profiler.stop')
    const own = new Map<string, number>()
    const places = new Map(
      profile.nodes.map(({ id, callFrame }) => [
        id,
        `${callFrame.functionName || '(anonymous)'} ${placeOf(callFrame, root)}`,
      ]),
    )
    for (const sample of profile.samples ?? []) {
      const place = places.get(sample) ?? '(unknown)'
      own.set(place, (own.get(place) ?? 0) + 1)
    }
    const all = profile.samples?.length ?? 0
    tables.push({
      title: `Profile: ${corpus.name}`,
      head: ['function', 'own time, %'],
      rows: [...own]
        .toSorted((left, right) => right[1] - left[1])
        .slice(0, SHOWN)
        .map(([place, samples]) => [`\`${place}\``, percent(samples / all)]),
    })
  }
  session.disconnect()
  return tables
}

function run(text: string, durationMs: number): void {
  const started = performance.now()
  while (performance.now() - started < durationMs) for (const side of PIPELINE) side.run(text)
}

function placeOf({ url, lineNumber }: { readonly url: string; readonly lineNumber: number }, root: string): string {
  return url.startsWith('file:') ? `${relative(root, fileURLToPath(url))}:${lineNumber + 1}` : ''
}
