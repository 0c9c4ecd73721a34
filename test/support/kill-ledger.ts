import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { verifyConsistency } from '../../src/domain/ledger/merkle.ts'
import { entriesOf, ledgerOptions, openOrThrow, type OpenLedger } from './file-ledger-fixture.ts'
import { seededRandom } from './seeded-random.ts'
import { verifyCheckpoint, verifyEntry } from './verify-entry.ts'

const CHILD = join(import.meta.dirname, 'ledger-child.ts')
const IN_FLIGHT = 32
const ACKNOWLEDGED_BEFORE_KILL_MAX = 150
/** One kill in eight strikes by time instead, so that opening and the first group are hit too. */
const BY_TIME_SHARE = 1 / 8
const BY_TIME_MS_MAX = 600
const WHOLE_CHECK_EVERY = 20

export interface KillSummary {
  readonly kills: number
  readonly acknowledged: number
  readonly lost: number
  readonly entries: number
  /** Reopenings that found a group without its checkpoint and set it aside. */
  readonly tornTails: number
}

/** Kills a writing process again and again, always on the same journal, and counts receipts whose entry is gone. */
export async function killLedger(folder: string, kills: number, seed: number): Promise<KillSummary> {
  const path = join(folder, 'ledger.jsonl')
  const random = seededRandom(seed)
  const receipts = new Map<number, string>()
  let lost = 0
  let tornTails = 0
  let entries = 0
  let pinned: { readonly size: number; readonly root: Uint8Array } | undefined
  for (let kill = 1; kill <= kills; kill++) {
    const fresh = await writeUntilKilled(path, random)
    for (const [index, id] of fresh) {
      // An index that is given out twice means that the first entry there is gone.
      if (receipts.has(index)) lost += 1
      receipts.set(index, id)
    }
    // Opening is the whole recovery: there is no step beside it.
    const ledger = await openOrThrow(path)
    try {
      if (ledger.tornBytes > 0) tornTails += 1
      pinned = checkCheckpoint(ledger, pinned)
      const isWholeCheck = kill % WHOLE_CHECK_EVERY === 0 || kill === kills
      lost += await countLost(ledger, isWholeCheck ? receipts : fresh)
      entries = ledger.size
    } finally {
      await ledger.close()
    }
  }
  return { kills, acknowledged: receipts.size, lost, entries, tornTails }
}

function writeUntilKilled(path: string, random: () => number): Promise<Map<number, string>> {
  const isByTime = random() < BY_TIME_SHARE
  const acknowledgedMax = 1 + Math.floor(random() * ACKNOWLEDGED_BEFORE_KILL_MAX)
  const delayMs = random() * (isByTime ? BY_TIME_MS_MAX : 3)
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, path, String(IN_FLIGHT)], { stdio: ['ignore', 'pipe', 'pipe'] })
    const strike = (): void => void setTimeout(() => child.kill('SIGKILL'), delayMs)
    if (isByTime) strike()
    let [text, complaint, count] = ['', '', 0]
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const before = count
      text += chunk
      count += chunk.split('\n').length - 1
      if (!isByTime && before < acknowledgedMax && count >= acknowledgedMax) strike()
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(receiptsIn(text))
      else reject(new Error(`the writing process ended by itself (${code}): ${complaint}`))
    })
  })
}

function receiptsIn(text: string): Map<number, string> {
  // What follows the last line end was cut by the kill and promises nothing.
  const lines = text.split('\n').slice(0, -1)
  return new Map(lines.map((line) => [Number(line.split(' ')[0]), line.split(' ')[1]!]))
}

/** The newest checkpoint is signed, states the size, and extends the one that was pinned before. */
function checkCheckpoint(
  ledger: OpenLedger,
  pinned: { readonly size: number; readonly root: Uint8Array } | undefined,
): { readonly size: number; readonly root: Uint8Array } {
  const { origin, signer } = ledgerOptions('')
  const newest = verifyCheckpoint(ledger.checkpoint, origin, signer.publicKey)
  if (newest.size !== ledger.size)
    throw new Error(`the checkpoint states ${newest.size} entries, the ledger holds ${ledger.size}`)
  if (pinned !== undefined && pinned.size > 0) {
    const proof = newest.size < pinned.size ? [] : ledger.consistencyProof(pinned.size, newest.size)
    if (
      !verifyConsistency(nodeSha256, {
        from: pinned.size,
        fromRoot: pinned.root,
        to: newest.size,
        toRoot: newest.root,
        proof,
      })
    )
      throw new Error(`the checkpoint of size ${newest.size} does not extend the one of size ${pinned.size}`)
  }
  return newest
}

async function countLost(ledger: OpenLedger, receipts: ReadonlyMap<number, string>): Promise<number> {
  if (receipts.size === 0) return 0
  const { origin, signer } = ledgerOptions('')
  const found = new Set<number>()
  for (const entry of await entriesOf(ledger, Math.min(...receipts.keys()))) {
    if (receipts.get(entry.index) !== entry.leaf.id) continue
    verifyEntry(entry, ledger, origin, signer.publicKey)
    found.add(entry.index)
  }
  return receipts.size - found.size
}
