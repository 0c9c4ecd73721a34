import { agreedOf, type StoredVerdict } from '../../../application/release/stored-verdict.ts'
import { inert } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

type Waiting = Pick<StoredVerdict, 'approvals' | 'pendingDecisions' | 'system' | 'environment' | 'releaseDigest'>

/** Who has agreed, and what else people have to decide. */
export function printPeople(terminal: Terminal, verdict: Waiting): void {
  const { needed, given } = verdict.approvals
  const agreed = agreedOf(verdict)
  if (needed > 0)
    printLine(
      terminal,
      `APPROVALS ${agreed}/${needed}${given.length > 0 ? `: ${inert(given.join(', '))}` : ''}${given.length > agreed && agreed < needed ? `; by the decision rights these count as ${agreed}` : ''}`,
    )
  for (const { decision, subject } of verdict.pendingDecisions)
    printLine(terminal, `PENDING ${decision} ${inert(subject)}${decision === 'threshold-change' ? CHANGED : ''}`)
}

const CHANGED = ': rules or limits differ from those of the last release there'

/** What is missing from people, and the command that brings the first of it. */
export function missingPeople(verdict: Waiting): string {
  const missing = Math.max(0, verdict.approvals.needed - agreedOf(verdict))
  const [pending] = verdict.pendingDecisions
  const what = [
    ...(missing > 0 ? [`${missing} ${missing === 1 ? 'approval' : 'approvals'} missing`] : []),
    ...verdict.pendingDecisions.map(({ decision }) => `a decision on ${decision} is missing`),
  ]
  const next =
    missing > 0 || pending === undefined
      ? `gatehouse approve -s ${verdict.system} --release ${verdict.releaseDigest} --env ${verdict.environment} --role ROLE`
      : `gatehouse decision ask ${pending.decision} -s ${verdict.system} --subject ${inert(pending.subject)} --text … (once asked: gatehouse decision list)`
  return `${what.join(', ')}. next: ${next}`
}
