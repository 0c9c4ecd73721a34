// Usage: node test/soak/ledger-kill.ts --kills 200 --seed 1
// Exits with 1 when an acknowledged entry is gone after a kill. Writes docs/reports/soak-ledger.md.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killLedger } from '../support/kill-ledger.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
})
const [kills, seed] = [Number(values.kills), Number(values.seed)]
const folder = await mkdtemp(join(tmpdir(), 'gatehouse-soak-'))
const startedAt = performance.now()
const { acknowledged, lost, entries, tornTails } = await killLedger(folder, kills, seed)
const seconds = Math.round((performance.now() - startedAt) / 1_000)
await rm(folder, { recursive: true, force: true })

const summary = `${kills} kills, ${acknowledged.toLocaleString('en-US')} acknowledged, ${lost} lost`
const report = `# Soak: the ledger under \`kill -9\`

**${summary}.**

A process appends with 32 entries in flight and prints a receipt for each entry once it is acknowledged. It is killed
with SIGKILL at a seeded point: after 1 to 150 receipts, or, one time in eight, 0 to 600 ms after its start, which also
hits opening. The journal is then opened as always, with no other step. Checked after every kill: each receipt's entry
stands at its index with its id, and a second verifier leads it to the newest checkpoint; that checkpoint is signed and
extends the one before the kill. Every 20 kills and at the end, all receipts so far are checked. The next process goes
on with the same journal.

| | |
|---|---|
| command | \`node test/soak/ledger-kill.ts --kills ${kills} --seed ${seed}\` |
| seed | ${seed} |
| machine | ${availableParallelism()} cores, ${process.platform} ${process.arch} |
| Node | ${process.version} |
| kills | ${kills} |
| acknowledged entries | ${acknowledged.toLocaleString('en-US')} |
| entries in the journal at the end | ${entries.toLocaleString('en-US')} |
| torn tails set aside on opening | ${tornTails} |
| lost | ${lost} |
| wall clock | ${seconds} s |

The seed fixes the points of the kills; how far the process has come by then is the machine's, so the figures vary.
A process kill leaves the page cache alone and rarely cuts a write of some kilobytes: this shows nothing about power cuts,
which rest on \`fdatasync\`. Tails torn at every byte are in \`src/adapters/ledger/file-ledger.test.ts\`.
`
const reports = join(import.meta.dirname, '..', '..', 'docs', 'reports')
await mkdir(reports, { recursive: true })
await writeFile(join(reports, 'soak-ledger.md'), report)
process.stdout.write(`${summary}\n`)
process.exitCode = lost === 0 ? 0 : 1
