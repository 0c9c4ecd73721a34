// The thread in which a user's rule runs (custom-rule-detector.ts): one text set at a time, so that ending the thread ends
// exactly that work.
import { parentPort, workerData } from 'node:worker_threads'

interface Job {
  readonly job: number
  readonly texts: readonly string[]
}

const SPANS_MAX = 1_000

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const { rule } = workerData as { readonly rule: string }
const loaded = (await import(rule)) as Record<string, unknown>
const judge = loaded['judge']
if (typeof judge !== 'function') throw new TypeError('the rule exports no function `judge`')
port.postMessage({ ready: true })

port.on('message', (job: Job) => {
  void answer(job)
})

async function answer({ job, texts }: Job): Promise<void> {
  try {
    const verdicts: object[] = []
    for (const text of texts) verdicts.push(plain(await (judge as (text: string) => unknown)(text)))
    port?.postMessage({ job, verdicts })
  } catch {
    // What the rule threw may quote the text: only that it threw is told.
    port?.postMessage({ job, threw: true })
  }
}

/** Numbers only, so that a reply is small and can always be sent. */
function plain(verdict: unknown): object {
  if (typeof verdict === 'number') return { score: verdict, spans: [] }
  const { score, spans } = verdict as { readonly score: unknown; readonly spans?: readonly Record<string, unknown>[] }
  return {
    score: Number(score),
    spans: (spans ?? []).slice(0, SPANS_MAX + 1).map(({ start, end }) => ({ start: Number(start), end: Number(end) })),
  }
}
