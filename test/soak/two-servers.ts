// Kills one of two servers on a PostgreSQL many times under load, and writes what it saw to docs/reports/soak-two-servers.md.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ownSchema } from '../support/postgres.ts'
import { killOneOfTwo } from '../support/two-servers.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '30' }, seed: { type: 'string', default: '20261126' } },
})
const [kills, seed] = [Number(values.kills), Number(values.seed)]
const schema = await ownSchema('pairsoak')
if (schema === undefined) {
  process.stderr.write('no PostgreSQL answers: set GATEHOUSE_TEST_POSTGRES\n')
  process.exit(2)
}
const folder = await mkdtemp(join(tmpdir(), 'gatehouse-two-servers-'))
const started = performance.now()
const summary = await killOneOfTwo(folder, schema.schema, { kills, seed })
await rm(folder, { recursive: true, force: true })
await schema[Symbol.asyncDispose]()
const seconds = Math.round((performance.now() - started) / 1_000)
const { events, webhooks, evaluations, jobs, epochs } = summary
const isGood =
  summary.lost + summary.doubled + summary.sessionsRefused + events.missed + events.doubled + webhooks.missed === 0 &&
  evaluations.begun === evaluations.finishedOnce &&
  jobs.waiting + jobs.running + jobs.dead + jobs.cancelled === 0 &&
  epochs.areOrdered
process.stdout.write(
  `${JSON.stringify(summary, null, 2)}\n${isGood ? 'good' : 'NOT GOOD'} (${seconds} s, seed ${seed})\n`,
)
const report = join(import.meta.dirname, '..', '..', 'docs', 'reports')
await mkdir(report, { recursive: true })
await writeFile(
  join(report, 'soak-two-servers.md'),
  `# Soak: two servers on one PostgreSQL, one killed at random moments

${summary.kills} times one of two control planes, chosen at random, was ended by SIGKILL while four clients wrote to both, a
client followed the events, webhooks were delivered and evaluations ran in four parts. It was started again each time.

| | |
|---|---|
| changes whose answer came | ${summary.acknowledged} |
| of these lost | ${summary.lost} |
| calls with one idempotency key that are in the ledger twice | ${summary.doubled} |
| calls that ended in \`http/idempotency-unknown\` | ${summary.unanswered} |
| times that the session did not hold at a server | ${summary.sessionsRefused} |
| events heard by one client that went on by \`Last-Event-ID\` | ${events.heard}, over ${events.resumed} connections |
| events missed, heard twice | ${events.missed}, ${events.doubled} |
| webhook events, missed | ${webhooks.expected}, ${webhooks.missed} |
| webhook requests that came again under their id | ${webhooks.again} |
| evaluations begun, that came to their end exactly once | ${evaluations.begun}, ${evaluations.finishedOnce} |
| jobs done, not done | ${jobs.done}, ${jobs.waiting + jobs.running + jobs.dead + jobs.cancelled} |
| sequencer epochs | ${epochs.count}; in the order of the entries: ${epochs.areOrdered ? 'yes' : 'no'} |

At the end the ledger was opened anew, which verifies every entry and checkpoint. Webhooks may come again: a server that is
killed between the receiver's answer and its own note of it leaves the job to the other one, and receivers know the event by
its id.

| | |
|---|---|
| command | \`node test/soak/two-servers.ts --kills ${kills} --seed ${seed}\` |
| commit | ${commit()} |
| duration | ${seconds} s |
| machine | ${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node} |

SIGKILL ends a process, not its machine or the database: this says nothing about power cuts and lost networks. The seed
decides victims and pauses, not what the two processes do meanwhile.
`,
)
process.exit(isGood ? 0 : 1)

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
}
