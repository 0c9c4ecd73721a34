import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { InputOf, OperationName, OutputOf } from '../../../contract/http/operations.ts'
import { isOverdueIntake, REVIEW_DECISIONS, type IntakeRequest } from '../../../domain/intake/intake-request.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import { printList, type ListOptions } from '../listing/print-list.ts'
import type { Session, SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printHistory } from '../print-history.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { isOneOf } from './findings.ts'
import { printAssessment, readAnswers, type AnswersOptions } from './intake.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }
type One = Common & { readonly id: string }

const TITLE_MAX = 300

export async function requestIntakeCommand(
  terminal: Terminal,
  options: Common & AnswersOptions & { readonly system: string; readonly title?: string | undefined },
): Promise<number> {
  const answers = await readAnswers(terminal, options)
  if (!answers.ok) {
    reportProblems(terminal, answers.failure)
    return EXIT_CODE.usage
  }
  const { system, title = answers.value.intake.purpose.slice(0, TITLE_MAX) } = options
  const input = { system, title, answers: answers.value } as unknown as InputOf<'submitIntake'>
  return call(terminal, options, 'submitIntake', ok(input))
}

export async function resubmitIntakeCommand(terminal: Terminal, options: One & AnswersOptions): Promise<number> {
  const answers = await readAnswers(terminal, options)
  if (!answers.ok) {
    reportProblems(terminal, answers.failure)
    return EXIT_CODE.usage
  }
  const input = { id: options.id, answers: answers.value } as unknown as InputOf<'resubmitIntake'>
  return call(terminal, options, 'resubmitIntake', ok(input))
}

export function withdrawIntakeCommand(terminal: Terminal, options: One & { readonly reason: string }): Promise<number> {
  const { id, reason } = options
  return call(terminal, options, 'withdrawIntake', ok({ id, reason }))
}

export async function reviewIntakeCommand(
  terminal: Terminal,
  options: One & { readonly role: string; readonly decision: string; readonly comment: string },
): Promise<number> {
  if (!isOneOf(terminal, '--decision', options.decision, REVIEW_DECISIONS)) return EXIT_CODE.usage
  const { id, role, decision, comment } = options
  return call(terminal, options, 'reviewIntake', ok({ id, role, decision, comment } as InputOf<'reviewIntake'>))
}

export function assignIntakeCommand(
  terminal: Terminal,
  options: One & { readonly role: string; readonly to: string; readonly days?: string | undefined },
): Promise<number> {
  const { id, role, to: person } = options
  const days = options.days === undefined ? undefined : Number(options.days)
  const input: Result<InputOf<'assignIntakeReviewer'>, Problem> = days === undefined ||
  (Number.isInteger(days) && days > 0)
    ? ok({ id, role, person, days } as InputOf<'assignIntakeReviewer'>)
    : fail({ code: 'usage/value', message: `\`--days\` does not take \`${options.days}\``, next: 'write 1 to 90' })
  return call(terminal, options, 'assignIntakeReviewer', input)
}

export function commentIntakeCommand(terminal: Terminal, options: One & { readonly text: string }): Promise<number> {
  const { id, text } = options
  return call(terminal, options, 'commentOnIntake', ok({ id, text }))
}

export function listIntakesCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system?: string | undefined; readonly status?: string | undefined },
): Promise<number> {
  const { system, status } = options
  return printList(
    terminal,
    options,
    { operation: 'listIntakes', input: { system, status } },
    { print: (items) => items.forEach((item) => printHead(terminal, item as unknown as IntakeRequest)) },
  )
}

export function showIntakeCommand(
  terminal: Terminal,
  options: One & { readonly asOf?: string | undefined },
): Promise<number> {
  const { id, asOf } = options
  return withSession(
    terminal,
    options,
    (session) => session.call('getIntake', { id, asOf }),
    (value) => {
      if (options.json) return printLine(terminal, inertJson(value, 2))
      const request = value as unknown as IntakeRequest
      printHead(terminal, request)
      printReviews(terminal, request)
      for (const { at, who, what } of request.comments)
        printLine(terminal, `  ${toRfc3339(epochMs(at))}  ${inert(who)} says: ${inert(what)}`)
      printHistory(terminal, request.history)
      printNextReview(terminal, request)
      printAssessment(terminal, request.assessment, request.asOf)
    },
  )
}

function printHead(terminal: Terminal, request: IntakeRequest): void {
  const { id, state, system, title, requestedBy, dueAt, assessment, revision } = request
  const isOpen = state === 'in-review' || state === 'changes-asked'
  const due = isOpen
    ? `  ${isOverdueIntake(request, systemClock()) ? 'OVERDUE since' : 'due'} ${toRfc3339(epochMs(dueAt))}`
    : ''
  printLine(
    terminal,
    `${id}  ${state}  ${assessment.tier}  ${inert(system)}  ${inert(title)}  @${inert(requestedBy)}  revision ${revision}${due}`,
  )
}

function printReviews(terminal: Terminal, { reviews }: IntakeRequest): void {
  for (const { role, why, reviewer, decision, by, comment, dueAt } of reviews) {
    const word =
      decision === null
        ? `waits${reviewer === null ? '' : ` for ${inert(reviewer)}`}, due ${toRfc3339(epochMs(dueAt))}`
        : `${decision} by ${inert(by ?? '')}${comment === '' ? '' : `: ${inert(comment)}`}`
    printLine(terminal, `  review ${role}: ${word} (${why.join('; ')})`)
  }
}

function printNextReview(terminal: Terminal, { id, state, reviews }: IntakeRequest): void {
  const waiting = reviews.find(({ decision }) => decision === null)
  if (state === 'in-review' && waiting !== undefined)
    printLine(
      terminal,
      `  next: gatehouse intake review ${id} --role ${waiting.role} --decision approve --as NAME (or ask-changes, reject)`,
    )
}

function call<Name extends OperationName>(
  terminal: Terminal,
  options: Common,
  name: Name,
  input: Result<InputOf<Name>, Problem>,
): Promise<number> {
  const ask = async (session: Session): Promise<Result<OutputOf<Name>, Problem>> =>
    input.ok ? session.call(name, input.value) : input
  return withSession(terminal, options, ask, (value) => {
    if (options.json) return printLine(terminal, inertJson(value))
    printHead(terminal, value as unknown as IntakeRequest)
    printReviews(terminal, value as unknown as IntakeRequest)
    printNextReview(terminal, value as unknown as IntakeRequest)
  })
}
