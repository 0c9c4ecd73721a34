import type { Ledger } from '../../src/application/ledger/ledger.ts'
import { Recorder } from '../../src/application/state/recorder.ts'
import { fail } from '../../src/base/result.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'

/** The same node on a ledger that does not take the next entry of a type; what is refused once is taken afterwards. */
export async function refusingOnce(
  node: OpenedNode,
  type: string,
): Promise<OpenedNode & { readonly recorder: Recorder }> {
  let isRefusing = true
  const { ledger } = node
  const refusing: Ledger = {
    get size() {
      return ledger.size
    },
    get checkpoint() {
      return ledger.checkpoint
    },
    append: async (draft) => {
      if (draft.type !== type || !isRefusing) return ledger.append(draft)
      isRefusing = false
      return fail({ code: 'ledger/unavailable', message: 'the ledger is away' })
    },
    read: (from, to) => ledger.read(from, to),
    inclusionProof: (index, size) => ledger.inclusionProof(index, size),
    consistencyProof: (from, to) => ledger.consistencyProof(from, to),
    refresh: () => ledger.refresh(),
    onGrowth: (listener) => ledger.onGrowth(listener),
    close: () => ledger.close(),
  }
  const { report: onFailure } = node
  const recorder = await Recorder.start(refusing, node.store, {
    onChange: () => undefined,
    onFailure: (error) => onFailure('an entry of the ledger could not be read into the state', error),
  })
  if (!recorder.ok) throw new Error(recorder.failure.message)
  return { ...node, ledger: refusing, recorder: recorder.value }
}
