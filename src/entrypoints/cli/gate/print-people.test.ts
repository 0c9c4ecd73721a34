import { expect, test } from 'vitest'
import { capturedTerminal } from '../../../../test/support/captured-terminal.ts'
import type { Digest } from '../../../base/digest.ts'
import { missingPeople, printPeople } from './print-people.ts'

const RELEASE = `sha256:${'a'.repeat(64)}` as Digest
const SUBJECT = `sha256:${'b'.repeat(64)}`
const waiting = (
  approvals: { readonly needed: number; readonly given: readonly string[]; readonly agreed?: number },
  subjects: readonly string[] = [],
) => ({
  system: 'shop-bot',
  environment: 'production',
  releaseDigest: RELEASE,
  approvals: { isRejected: false, ...approvals },
  pendingDecisions: subjects.map((subject) => ({ decision: 'threshold-change' as const, subject })),
})

function printed(verdict: ReturnType<typeof waiting>): string {
  const terminal = capturedTerminal('/')
  printPeople(terminal, verdict)
  return terminal.printed.out
}

test('three words of one role are one approval, and one is still missing', () => {
  const verdict = waiting({ needed: 2, given: ['ben (security)', 'sue (security)', 'sia (security)'], agreed: 1 })
  expect(printed(verdict)).toBe(
    'APPROVALS 1/2: ben (security), sue (security), sia (security); by the decision rights these count as 1\n',
  )
  expect(missingPeople(verdict)).toBe(
    `1 approval missing. next: gatehouse approve -s shop-bot --release ${RELEASE} --env production --role ROLE`,
  )
})

test('of a verdict from before people were counted, words are', () =>
  expect(missingPeople(waiting({ needed: 2, given: [] }))).toMatch(/^2 approvals missing\. next: gatehouse approve /))

test('a change of thresholds that nobody has decided is named, with the question to ask', () => {
  const verdict = waiting({ needed: 1, given: ['ben (security)'], agreed: 1 }, [SUBJECT])
  expect(printed(verdict)).toContain(`PENDING threshold-change ${SUBJECT}: rules or limits differ`)
  expect(missingPeople(verdict)).toBe(
    `a decision on threshold-change is missing. next: gatehouse decision ask threshold-change -s shop-bot --subject ${SUBJECT} --text … (once asked: gatehouse decision list)`,
  )
})

test('nothing is said of approvals where nobody is asked', () =>
  expect(printed(waiting({ needed: 0, given: [] }))).toBe(''))
