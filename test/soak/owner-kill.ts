// Kills the owner of a state folder many times while it records, and writes what it saw to docs/reports/soak-owner.md.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killOwner } from '../support/kill-owner.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '20261121' } },
})
const [kills, seed] = [Number(values.kills), Number(values.seed)]
const folder = await mkdtemp(join(tmpdir(), 'gatehouse-owner-soak-'))
const started = performance.now()
const summary = await killOwner(folder, kills, seed)
await rm(folder, { recursive: true, force: true })
const seconds = Math.round((performance.now() - started) / 1_000)
const line = `${summary.kills} kills, ${summary.acknowledged} acknowledged, ${summary.lost} lost`
process.stdout.write(`${line} (${seconds} s, seed ${seed})\n`)
const report = join(import.meta.dirname, '..', '..', 'docs', 'reports')
await mkdir(report, { recursive: true })
await writeFile(
  join(report, 'soak-owner.md'),
  `# Soak: kill -9 of the owner of a state folder

${line}. After every kill the next start opened lock, journal and embedded database by itself, and the projection reached
the end of the journal. The kill strikes while eight records are in flight, at a seeded random point.

| | |
|---|---|
| command | \`node test/soak/owner-kill.ts --kills ${kills} --seed ${seed}\` |
| seed | ${seed} |
| duration | ${seconds} s |
| machine | ${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node} |

SIGKILL ends the process, not the machine: this says nothing about power cuts.
`,
)
process.exit(summary.lost === 0 ? 0 : 1)
