// Owns the state folder at argv[2] and records risks until somebody kills it. Prints `id` of each only after it is
// acknowledged: in the ledger and in the projection.
import { openNode } from '../../src/entrypoints/node/open-node.ts'
import { warnOfTrouble } from './warn-of-trouble.ts'

const [stateFolder, inFlight] = [process.argv[2]!, Number(process.argv[3])]
const opened = await openNode({ stateFolder, organization: 'kill', version: '0', report: warnOfTrouble })
if (!opened.ok) throw new Error(opened.failure.message)
const node = opened.value
async function recordForever(lane: number): Promise<never> {
  for (let count = 0; ; count++) {
    const id = node.newId()
    const recorded = await node.recorder.record('risk.opened', `lane ${lane}`, null, {
      head: { id, system: 'kill', status: 'open', topic: String(lane) },
      record: { id, text: 'x'.repeat((lane * 37 + count) % 300) },
    })
    if (!recorded.ok) throw new Error(recorded.failure.message)
    process.stdout.write(`${id}\n`)
  }
}
await Promise.all(Array.from({ length: inFlight }, (_, lane) => recordForever(lane)))
