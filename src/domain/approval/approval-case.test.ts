import { array, assert, commands, constantFrom, modelRun, property, record, type Command } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochMs } from '../../base/instant.ts'
import {
  agreement,
  APPROVAL_EVENTS,
  APPROVAL_STATES,
  APPROVAL_TRANSITIONS,
  OPEN_CASE,
  withWord,
  wordFailure,
  type ApprovalCase,
  type ApprovalWord,
} from './approval-case.ts'
import type { DecisionRight } from './decision-rights.ts'

const TWO: DecisionRight = {
  people: 2,
  roles: ['security', 'legal', 'product'],
  distinctRoles: true,
  escalateTo: [],
  escalateAfterDays: 1,
}
const AUTHOR = 'ada'
const word = (principal: string, role: string, rest: Partial<ApprovalWord> = {}): ApprovalWord => ({
  principal,
  role,
  decision: 'approve',
  comment: '',
  at: epochMs(1),
  ...rest,
})
const context = { right: TWO, involved: [AUTHOR] }
const after = (words: readonly ApprovalWord[]): ApprovalCase =>
  words.reduce(
    (state, next) => (wordFailure(state, next, context) === undefined ? withWord(state, next, TWO) : state),
    OPEN_CASE,
  )

describe('the transition table', () => {
  test('has a cell for every state and event', () => {
    for (const state of APPROVAL_STATES)
      expect(Object.keys(APPROVAL_TRANSITIONS[state]).toSorted()).toEqual([...APPROVAL_EVENTS].toSorted())
  })

  test('lets nothing out of an ended case', () => {
    for (const state of ['rejected', 'withdrawn', 'expired'] as const)
      for (const event of APPROVAL_EVENTS) expect([null, state]).toContain(APPROVAL_TRANSITIONS[state][event])
  })
})

describe('who counts', () => {
  test.each<[string, readonly ApprovalWord[], number]>([
    ['nobody', [], 0],
    ['one', [word('ben', 'security')], 1],
    ['two in two roles', [word('ben', 'security'), word('lea', 'legal')], 2],
    ['two in one role', [word('ben', 'security'), word('lea', 'security')], 1],
    ['one in two roles', [word('ben', 'security'), word('ben', 'legal')], 1],
    ['one under two spellings', [word('ben', 'security'), word(' BEN ', 'legal')], 1],
    ['a lender and their delegate', [word('ben', 'security'), word('lea', 'legal', { onBehalfOf: 'ben' })], 1],
    [
      'two delegates of one lender',
      [word('lea', 'legal', { onBehalfOf: 'ben' }), word('kim', 'security', { onBehalfOf: 'Ben' })],
      1,
    ],
    ['a delegate and somebody else', [word('lea', 'legal', { onBehalfOf: 'ben' }), word('kim', 'security')], 2],
    ['a role that does not decide', [word('ben', 'responder'), word('lea', 'legal')], 1],
    ['one who agrees and one who does not', [word('ben', 'security'), word('lea', 'legal', { decision: 'reject' })], 1],
    ['two that only fit in one way', [word('ben', 'security'), word('lea', 'security'), word('ben', 'legal')], 2],
  ])('%s', (_, words, count) => expect(agreement(words, TWO)).toBe(count))

  test('a right that does not ask for two roles counts people alone', () =>
    expect(agreement([word('ben', 'security'), word('lea', 'security')], { ...TWO, distinctRoles: false })).toBe(2))
})

describe('whose word is refused', () => {
  test.each<[string, ApprovalWord, string | undefined]>([
    ['somebody else', word('ben', 'security'), undefined],
    ['the author', word('ada', 'security'), 'approval/involved'],
    ['the author in another spelling', word('ＡＤＡ', 'security'), 'approval/involved'],
    ['who speaks for the author', word('ben', 'security', { onBehalfOf: 'Ada' }), 'approval/involved'],
    ['a role that does not decide', word('ben', 'responder'), 'approval/role'],
  ])('%s', (_, spoken, failure) => {
    expect(wordFailure(OPEN_CASE, spoken, context)).toBe(failure)
    expect(wordFailure(OPEN_CASE, { ...spoken, decision: 'reject' }, context)).toBe(failure)
  })

  test('anybody, once it is rejected', () => {
    const rejected = after([word('ben', 'security', { decision: 'reject' })])
    expect(wordFailure(rejected, word('lea', 'legal'), context)).toBe('approval/closed')
  })
})

const people = constantFrom('ada', 'ben', 'lea', 'kim')
const roles = constantFrom('security', 'legal', 'product', 'responder')
const words = record({
  principal: people,
  role: roles,
  onBehalfOf: constantFrom(null, null, 'ada', 'ben', 'lea'),
  decision: constantFrom<'approve' | 'reject'>('approve', 'approve', 'approve', 'reject'),
})

test('the case that was not rejected is approved exactly when two people of two roles can be found', () => {
  interface Model {
    words: ApprovalWord[]
    isRejected: boolean
  }
  class Speak implements Command<Model, { state: ApprovalCase }> {
    readonly spoken: ApprovalWord
    constructor(spoken: ApprovalWord) {
      this.spoken = spoken
    }
    check = (): boolean => true
    toString = (): string => JSON.stringify(this.spoken)
    run(model: Model, real: { state: ApprovalCase }): void {
      const { spoken } = this
      const isHeard =
        !model.isRejected &&
        spoken.principal !== AUTHOR &&
        spoken.onBehalfOf !== AUTHOR &&
        TWO.roles.some((role) => role === spoken.role)
      // A second rejection of a rejected case is heard and changes nothing.
      const isEcho = model.isRejected && spoken.decision === 'reject'
      const failure = wordFailure(real.state, spoken, context)
      if (!isEcho) expect(failure === undefined).toBe(isHeard)
      if (failure !== undefined) return
      real.state = withWord(real.state, spoken, TWO)
      if (spoken.decision === 'reject') model.isRejected = true
      else model.words.push(spoken)
      const pairs = model.words.some((one) =>
        model.words.some(
          (other) =>
            one.role !== other.role &&
            ![one.principal, one.onBehalfOf].some(
              (who) => who !== null && who !== undefined && [other.principal, other.onBehalfOf].includes(who),
            ),
        ),
      )
      expect(real.state.state).toBe(
        model.isRejected ? 'rejected' : pairs ? 'approved' : model.words.length > 0 ? 'partial' : 'open',
      )
    }
  }
  assert(
    property(
      commands([words.map((spoken) => new Speak({ ...spoken, comment: '', at: epochMs(1) }))], { maxCommands: 12 }),
      (cmds) => modelRun(() => ({ model: { words: [], isRejected: false }, real: { state: OPEN_CASE } }), cmds),
    ),
    { numRuns: 300 },
  )
})

test('more words never take an agreement away', () => {
  const approving = words.map((spoken): ApprovalWord => ({
    ...spoken,
    decision: 'approve',
    comment: '',
    at: epochMs(1),
  }))
  assert(
    property(
      array(approving, { maxLength: 8 }),
      approving,
      (before, next) => agreement([...before, next], TWO) >= agreement(before, TWO),
    ),
  )
})
