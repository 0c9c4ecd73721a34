import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { openQueue } from '../../src/adapters/jobs/open-queue.ts'
import { asOwner, openPostgres } from '../../src/adapters/storage/open-postgres.ts'
import { isEventType } from '../../src/application/events/event-types.ts'
import { startSession } from '../../src/application/identity/sessions.ts'
import { JOB_KINDS } from '../../src/application/jobs/job-kinds.ts'
import { JOB_STATES, type JobQueue, type JobState } from '../../src/application/jobs/job-queue.ts'
import type { SuiteWork } from '../../src/application/jobs/payloads.ts'
import { addWebhook } from '../../src/application/webhooks/webhooks.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { openNode, type OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { commandLineToken } from '../../src/entrypoints/server/authenticate.ts'
import { writeEvalSuite } from './eval-suite.ts'
import { EventEars } from './event-ears.ts'
import { bearer, type Proof } from './plane-client.ts'
import { POSTGRES } from './postgres.ts'
import { seededRandom } from './seeded-random.ts'
import { ServerLoad } from './server-load.ts'
import { ServerPair } from './server-pair.ts'
import { eventually } from './temp-folder.ts'
import { warnOfTrouble } from './warn-of-trouble.ts'
import { webhookReceiver } from './webhook-receiver.ts'

export interface TwoServersSummary {
  readonly kills: number
  /** Changes whose answer came, and those of them that the ledger does not hold. */
  readonly acknowledged: number
  readonly lost: number
  /** Calls that ended without an answer that says whether they were kept. */
  readonly unanswered: number
  /** Calls that are in the ledger twice though they had one idempotency key. */
  readonly doubled: number
  /** Times that the session did not hold at a server. */
  readonly sessionsRefused: number
  readonly events: {
    readonly heard: number
    readonly missed: number
    readonly doubled: number
    readonly resumed: number
  }
  readonly webhooks: { readonly expected: number; readonly missed: number; readonly again: number }
  readonly evaluations: { readonly begun: number; readonly finishedOnce: number }
  readonly jobs: Readonly<Record<JobState, number>>
  readonly epochs: { readonly count: number; readonly areOrdered: boolean }
}

const CASES = 1_200
const SETTLE_MS_MAX = 400_000

/** Kills one of two servers again and again while both work, and says what came of everything that was asked of them. */
export async function killOneOfTwo(
  folder: string,
  schema: string,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<TwoServersSummary> {
  await using receiver = await webhookReceiver()
  const { proof, from } = await prepare(folder, schema, receiver.url)
  const seen = await work({ folder, schema, kills, seed, proof, from })
  const { load, ears, runs, jobs, sessionsRefused } = seen
  await using node = await openedNode(join(folder, 'one'), schema)
  const held = await whatIsHeld(node, from)
  const hooks = receiver.seen.items.map(({ headers }) => String(headers['webhook-id']))
  const [hookIds, heard] = [new Set(hooks), new Set(ears.heard)]
  return {
    kills,
    acknowledged: load.acknowledged.size,
    lost: [...load.acknowledged].filter((id) => !held.subjects.has(id)).length,
    unanswered: load.unanswered,
    doubled: held.reasons.length - new Set(held.reasons).size,
    sessionsRefused,
    events: {
      heard: heard.size,
      missed: held.visible.filter((index) => !heard.has(index)).length,
      doubled: ears.heard.length - heard.size,
      resumed: ears.resumed,
    },
    webhooks: {
      expected: held.denies.length,
      missed: held.denies.filter((id) => !hookIds.has(id)).length,
      again: hooks.length - hookIds.size,
    },
    evaluations: { begun: runs.length, finishedOnce: runs.filter((id) => held.finished.get(id) === 1).length },
    jobs,
    epochs: await epochsOf(schema),
  }
}

interface Work {
  readonly folder: string
  readonly schema: string
  readonly kills: number
  readonly seed: number
  readonly proof: Proof
  readonly from: number
}

interface Worked {
  readonly load: ServerLoad
  readonly ears: EventEars
  readonly runs: readonly string[]
  readonly jobs: Record<JobState, number>
  readonly sessionsRefused: number
}

/** Whatever fails, nothing of it goes on: load, listener, servers and queue end with this scope. */
async function work({ folder, schema, kills, seed, proof, from }: Work): Promise<Worked> {
  const random = seededRandom(seed)
  await using stack = new AsyncDisposableStack()
  const db = stack.adopt(await openPostgres({ connectionString: POSTGRES, schema }), (open) => open.destroy())
  const queue = stack.adopt(
    await openQueue(
      { db, postgres: { connectionString: POSTGRES, schema }, organization: 'local', report: warnOfTrouble },
      { isWorker: false },
    ),
    (open) => open.close(),
  )
  const pair = stack.use(new ServerPair([join(folder, 'one'), join(folder, 'two')], schema))
  await Promise.all([pair.start(0), pair.start(1)])
  const load = stack.use(new ServerLoad(pair, proof))
  const ears = stack.use(new EventEars(pair, proof, from - 1))
  const runs: string[] = []
  let sessionsRefused = 0
  const look = async (which: number): Promise<void> => {
    if (!(await load.isSignedIn(which))) sessionsRefused += 1
  }
  for (let kill = 0; kill < kills; kill++) {
    if (kill % 2 === 0) runs.push(await beginEvaluation(queue, folder))
    const before = load.acknowledged.size
    await load.untilAcknowledged(before + 5 + Math.floor(random() * 50))
    await delay(random() * 1_500)
    const victim = random() < 0.5 ? 0 : 1
    await pair.kill(victim)
    await look(1 - victim)
    await load.untilAcknowledged(before + 60)
    await pair.start(victim)
    await look(victim)
  }
  await load.stop()
  await settled(queue, pair)
  await ears.untilQuiet()
  await ears.stop()
  return { load, ears, runs, jobs: await tallyOf(queue), sessionsRefused }
}

async function openedNode(stateFolder: string, databaseSchema: string): Promise<OpenedNode> {
  const opened = await openNode({
    stateFolder,
    organization: 'local',
    version: '0.1.0',
    databaseUrl: POSTGRES,
    databaseSchema,
    report: warnOfTrouble,
  })
  if (!opened.ok) throw new Error(opened.failure.message)
  return opened.value
}

/** Keys for both servers, a session, a webhook and a suite. */
async function prepare(
  folder: string,
  schema: string,
  url: string,
): Promise<{ readonly proof: Proof; readonly from: number }> {
  await using node = await openedNode(join(folder, 'one'), schema)
  await cp(join(folder, 'one', 'keys'), join(folder, 'two', 'keys'), { recursive: true })
  await cp(join(folder, 'one', 'trust.json'), join(folder, 'two', 'trust.json'))
  const session = await startSession(
    node,
    { name: 'loader', roles: ['admin'] },
    { method: 'command-line', client: 't' },
  )
  const webhook = await addWebhook(
    node,
    { name: 'loader', roles: ['admin'] },
    { url, description: '', events: ['deny.issued'], systems: null },
  )
  if (!session.ok || !webhook.ok) throw new Error('the state cannot be prepared')
  await mkdir(join(folder, 'suite'), { recursive: true })
  await writeEvalSuite(join(folder, 'suite'), { cases: CASES })
  return { proof: bearer(commandLineToken(session.value)), from: node.ledger.size }
}

async function beginEvaluation(queue: JobQueue, folder: string): Promise<string> {
  const work: SuiteWork = {
    schedule: 'soak',
    system: 'echoes',
    project: join(folder, 'suite'),
    manifest: 'gatehouse.yaml',
    suite: 'suite.yaml',
    target: null,
    trials: 2,
    seed: 7,
    shards: 4,
    concurrency: 4,
  }
  const added = await queue.enqueue({ kind: 'suite.run', subject: 'soak', payload: work as unknown as JsonObject })
  if (!added.ok || added.value.id === null) throw new Error('the evaluation was not queued')
  return added.value.id
}

/** Until no job waits or runs: what a killed server had in hand is taken by the other one. */
async function settled(queue: JobQueue, pair: ServerPair): Promise<void> {
  await eventually(
    async () => {
      pair.endedByItself.throwIfAborted()
      return [...(await queue.list({ state: 'waiting' })), ...(await queue.list({ state: 'running' }))]
    },
    (open) => open.length === 0,
    SETTLE_MS_MAX,
  )
}

async function tallyOf(queue: JobQueue): Promise<Record<JobState, number>> {
  const sums = { waiting: 0, running: 0, done: 0, dead: 0, cancelled: 0 }
  for (const kind of JOB_KINDS)
    for (const state of JOB_STATES) {
      let after: { at: never; id: string } | undefined
      for (;;) {
        const page = await queue.list({ kind, state, after, limit: 200 })
        sums[state] += page.length
        const last = page.at(-1)
        if (last === undefined || page.length < 200) break
        after = { at: last.createdAt as never, id: last.id }
      }
    }
  return sums
}

interface Held {
  readonly subjects: ReadonlySet<string>
  /** Ids of the entries that webhooks are told of. */
  readonly denies: readonly string[]
  readonly reasons: readonly string[]
  /** Places that the session may hear of. */
  readonly visible: readonly number[]
  /** How often each evaluation came to its end. */
  readonly finished: ReadonlyMap<string, number>
}

/** Opening the ledger has verified every entry and checkpoint of it before. */
async function whatIsHeld(node: OpenedNode, from: number): Promise<Held> {
  const [subjects, denies, reasons, visible] = [new Set<string>(), [] as string[], [] as string[], [] as number[]]
  const finished = new Map<string, number>()
  for await (const { index, leaf, payload } of node.ledger.read(from, node.ledger.size)) {
    const id = (payload['head'] as { readonly id?: string } | undefined)?.id ?? ''
    subjects.add(id)
    if (isEventType(leaf.type)) visible.push(index)
    if (leaf.type === 'evaluation.finished') finished.set(id, (finished.get(id) ?? 0) + 1)
    if (leaf.type !== 'deny.issued') continue
    denies.push(leaf.id)
    reasons.push(String((payload['record'] as { readonly reason?: string } | undefined)?.reason))
  }
  return { subjects, denies, reasons, visible, finished }
}

/** Each entry carries the epoch of who sequenced it: an older one behind a newer would be two sequencers at a time. */
async function epochsOf(schema: string): Promise<TwoServersSummary['epochs']> {
  const epochs = await asOwner({ connectionString: POSTGRES, schema }, async (owner) => {
    const { rows } = await sql<{ epoch: string }>`select epoch from ledger_entries order by index`.execute(owner)
    return rows.map(({ epoch }) => Number(epoch))
  })
  return {
    count: new Set(epochs).size,
    areOrdered: epochs.every((epoch, index) => index === 0 || epoch >= (epochs[index - 1] ?? 0)),
  }
}
