import { assert, commands, constantFrom, integer, modelRun, property, type Command } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, epochMs } from '../../base/instant.ts'
import {
  changedFinding,
  dueAtOf,
  FINDING_DAYS,
  FINDING_EVENTS,
  FINDING_STATES,
  FINDING_TRANSITIONS,
  findingFailure,
  isOpenFinding,
  isOverdue,
  type Finding,
  type FindingChange,
  type FindingEvent,
} from './finding.ts'

const NOW = epochMs(1_700_000_000_000)
const finding = (rest: Partial<Finding> = {}): Finding => ({
  id: 'FND-1',
  system: 'sys',
  title: 't',
  description: '',
  source: 'person',
  fingerprint: 'f',
  severity: 'high',
  state: 'open',
  owner: 'ada',
  reportedBy: 'ben',
  reportedAt: NOW,
  dueAt: dueAtOf('high', NOW),
  releaseDigest: null,
  location: null,
  risks: [],
  incident: null,
  verifyingRule: 'GH-INJ-001',
  fixClaimedAt: null,
  verifiedBy: null,
  closedAt: null,
  exception: null,
  history: [],
  ...rest,
})
const change = (event: FindingEvent, rest: Partial<FindingChange> = {}): FindingChange => ({
  event,
  at: NOW,
  who: 'ada',
  note: 'n',
  ...rest,
})

test('every state has a cell for every event, and only `verify` leads to closed', () => {
  for (const state of FINDING_STATES) {
    expect(Object.keys(FINDING_TRANSITIONS[state]).toSorted()).toEqual([...FINDING_EVENTS].toSorted())
    for (const event of FINDING_EVENTS) if (FINDING_TRANSITIONS[state][event] === 'closed') expect(event).toBe('verify')
  }
})

describe('a claimed fix', () => {
  const claimed = finding({ state: 'fix-claimed', fixClaimedAt: NOW })
  const evidence = (outcome: string, finishedAt: number): FindingChange['evidence'] => ({
    id: 'E',
    outcome,
    finishedAt: epochMs(finishedAt),
  })

  test.each<[string, FindingChange['evidence'], string | undefined]>([
    ['newer evidence that passes', evidence('passed', NOW + 1), undefined],
    ['evidence of the same instant', evidence('passed', NOW), 'finding/not-verified'],
    ['older evidence', evidence('passed', NOW - 1), 'finding/not-verified'],
    ['newer evidence that fails', evidence('failed', NOW + 1), 'finding/not-verified'],
    ['newer evidence without a result', evidence('inconclusive', NOW + 1), 'finding/not-verified'],
    ['no evidence', undefined, 'finding/not-verified'],
  ])('is verified by %s: %#', (_, found, failure) =>
    expect(findingFailure(claimed, change('verify', { evidence: found }))).toBe(failure),
  )

  test('is not claimed where no rule would show it', () =>
    expect(findingFailure(finding({ verifyingRule: null }), change('claim-fix'))).toBe('finding/no-verifying-rule'))
})

test('a finding is accepted only with a waiver', () => {
  expect(findingFailure(finding(), change('accept'))).toBe('finding/no-exception')
  expect(findingFailure(finding(), change('accept', { exception: 'EX-1' }))).toBeUndefined()
})

test('it is overdue from its day on, unless it has ended', () => {
  const due = finding().dueAt
  expect(due - NOW).toBe(FINDING_DAYS.high * DAY_MS)
  expect([isOverdue(finding(), epochMs(due - 1)), isOverdue(finding(), due)]).toEqual([false, true])
  for (const state of ['closed', 'dismissed', 'accepted'] as const)
    expect(isOverdue(finding({ state }), due)).toBe(false)
})

test('whatever happens to a finding, it is closed only by evidence from after the last claimed fix', () => {
  interface Model {
    claimedAt: number | null
  }
  class Step implements Command<Model, { finding: Finding; at: number }> {
    readonly event: FindingEvent
    readonly age: number
    constructor(event: FindingEvent, age: number) {
      this.event = event
      this.age = age
    }
    check = (): boolean => true
    toString = (): string => `${this.event}(${this.age})`
    run(model: Model, real: { finding: Finding; at: number }): void {
      real.at += 10
      const step = change(this.event, {
        at: epochMs(real.at),
        exception: 'EX-1',
        evidence: { id: 'E', outcome: 'passed', finishedAt: epochMs(real.at - this.age) },
      })
      if (findingFailure(real.finding, step) !== undefined) return
      const before = real.finding.state
      real.finding = changedFinding(real.finding, step)
      if (this.event === 'claim-fix') model.claimedAt = real.at
      if (real.finding.state === 'closed' && before !== 'closed')
        expect(real.at - this.age).toBeGreaterThan(model.claimedAt ?? Number.POSITIVE_INFINITY)
      if (isOpenFinding(real.finding)) expect(real.finding.closedAt).toBeNull()
    }
  }
  assert(
    property(
      commands(
        [
          constantFrom(...FINDING_EVENTS).chain((event) =>
            integer({ min: 0, max: 60 }).map((age) => new Step(event, age)),
          ),
        ],
        {
          maxCommands: 25,
        },
      ),
      (steps) => modelRun(() => ({ model: { claimedAt: null }, real: { finding: finding(), at: NOW } }), steps),
    ),
    { numRuns: 500 },
  )
})
