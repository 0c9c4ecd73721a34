import { equalBytes } from '../../base/bytes.ts'
import { parseCheckpoint } from '../../domain/ledger/checkpoint.ts'
import { leafBytes } from '../../domain/ledger/leaf.ts'
import { leafHash, MerkleTree } from '../../domain/ledger/merkle.ts'
import { parseNote } from '../../domain/ledger/signed-note.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { isCommittedTo } from './entry-maker.ts'
import type { JournalLine, VerifyCheckpoint } from './journal.ts'

/** Lines of a ledger on their way elsewhere are not what its key has signed. */
export class LedgerLinesDamaged extends Error {}

export interface LineCheck {
  readonly verifyCheckpoint: VerifyCheckpoint
  /** Aborted: the copy ends where it is, by a throw. */
  readonly signal: AbortSignal
  readonly onEntry: () => void
}

/** Lets lines pass that verify, and throws at the first that does not; the last line is a checkpoint over all of them. */
export async function* verifiedLines(
  lines: AsyncIterable<JournalLine>,
  { verifyCheckpoint, signal, onEntry }: LineCheck,
): AsyncGenerator<JournalLine> {
  const tree = new MerkleTree(nodeSha256)
  let isClosed = true
  for await (const line of lines) {
    signal.throwIfAborted()
    if ('checkpoint' in line) {
      const body = parseCheckpoint(parseNote(line.checkpoint)?.text ?? '')
      if (body === undefined || body.size !== tree.size || !equalBytes(body.root, tree.root()))
        throw new LedgerLinesDamaged(`the checkpoint behind entry ${tree.size} does not match the entries before it`)
      if (!(await verifyCheckpoint(line.checkpoint)))
        throw new LedgerLinesDamaged(`the checkpoint behind entry ${tree.size} is not signed by the key of this ledger`)
    } else {
      if (!isCommittedTo(line))
        throw new LedgerLinesDamaged(`the payload of entry ${tree.size} does not match its commitment`)
      tree.append(leafHash(nodeSha256, leafBytes(line.leaf)))
      onEntry()
    }
    isClosed = 'checkpoint' in line
    yield line
  }
  if (!isClosed) throw new LedgerLinesDamaged(`the last entries have no checkpoint`)
}
