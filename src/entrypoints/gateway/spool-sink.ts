import type { RecordGaps } from '../../adapters/spool/record-gaps.ts'
import type { Spool } from '../../adapters/spool/spool.ts'
import type { DecisionSink } from './gateway-ports.ts'

/** Records go to the spool; where the configuration lets them, those of the lowest tier may become a counted gap. */
export function spoolSink(spool: Spool, gaps: RecordGaps, isGapAllowed: () => boolean): DecisionSink {
  return {
    intent: (record, mayBeMissing) => gaps.intent(record, mayBeMissing && isGapAllowed()),
    outcome: (record, of, mayBeMissing) => gaps.outcome(record, of, mayBeMissing && isGapAllowed()),
    report: (record) => spool.note(record),
    shadow: (record) => spool.note(record),
    health: () => ({
      problem: spool.problem,
      gaps: gaps.total,
      isGapAllowed: isGapAllowed(),
      unshipped: spool.unshipped,
      refused: spool.refused,
      bytes: spool.bytes,
    }),
  }
}
