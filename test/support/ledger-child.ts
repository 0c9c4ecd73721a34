// Appends to the ledger at argv[2] with many entries in flight until somebody kills it. Prints `index id` of each entry
// only after its promise resolved: whoever reads such a line holds a receipt.
import { appendOrThrow, openOrThrow } from './file-ledger-fixture.ts'

const [path, inFlight] = [process.argv[2]!, Number(process.argv[3])]
const ledger = await openOrThrow(path)
async function appendForever(lane: number): Promise<never> {
  for (let count = 0; ; count++) {
    const { index, leaf } = await appendOrThrow(
      ledger,
      `lane ${lane} entry ${count} ${'x'.repeat((lane * 37 + count) % 300)}`,
    )
    process.stdout.write(`${index} ${leaf.id}\n`)
  }
}
await Promise.all(Array.from({ length: inFlight }, (_, lane) => appendForever(lane)))
