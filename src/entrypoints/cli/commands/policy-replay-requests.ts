import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { outcomeSchema } from '../../../contract/decision/decision-record.ts'
import type { PolicyPack } from '../../../domain/policy/policy-pack.ts'
import { replayCall, type RecordedCall, type ReplayedCall } from '../../../domain/policy/replay-requests.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import type { Session } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { eachRecord, type Intent, type RecordedRelease } from './recorded-requests.ts'
import { exitCodeOfProblem } from './with-session.ts'

type Replayed = ReplayedCall & { readonly system: string; readonly decided: string; readonly by: string }

/** `gatehouse policy replay` of a pack on requests: which recorded calls of tools it would have decided otherwise. */
export async function replayRequests(
  terminal: Terminal,
  session: Session,
  pack: PolicyPack,
  options: { readonly system?: string | undefined; readonly json: boolean },
): Promise<number> {
  const replayed = await replayAll(session, pack, options.system)
  if (!replayed.ok) {
    reportProblems(terminal, [replayed.failure])
    return exitCodeOfProblem(replayed.failure)
  }
  const { calls, unread } = replayed.value
  const changed = calls.filter(({ before, after }) => before !== after)
  if (options.json) {
    printLine(
      terminal,
      inertJson({ schemaVersion: 1, pack: `${pack.id}@${pack.version}`, calls: calls.length, unread, changed }, 2),
    )
    return EXIT_CODE.pass
  }
  printLine(
    terminal,
    `${pack.id}@${pack.version} on ${calls.length} recorded calls: ${changed.length} decided otherwise by this pack`,
  )
  for (const { system, request, tool, before, after, rule, decided, by } of changed) {
    printLine(
      terminal,
      `  ${inert(system)} ${inert(request)} ${inert(tool)}: ${before} → ${after}${rule === null ? '' : ` by ${rule}`}`,
    )
    printLine(terminal, `    was decided: ${inert(decided)} by ${inert(by)}`)
  }
  const unknown = calls.filter((call) => call.unknown.length > 0).length
  if (unknown > 0)
    printLine(terminal, `  note: ${unknown} calls kept no arguments; rules that read them cannot be replayed there`)
  if (unread > 0) printLine(terminal, `  note: ${unread} records are from before facts were kept`)
  return EXIT_CODE.pass
}

interface Records {
  readonly calls: readonly Replayed[]
  /** Calls whose records hold no facts. */
  readonly unread: number
}

async function replayAll(
  session: Session,
  pack: PolicyPack,
  system: string | undefined,
): Promise<Result<Records, Problem>> {
  const calls: Replayed[] = []
  let unread = 0
  const engine = celEngine()
  const failure = await eachRecord(session, system, (item, intent, release) => {
    const outcome = outcomeSchema.safeParse(item['outcome'])
    for (const tool of outcome.success ? outcome.data.tools : []) {
      const call = release === undefined ? undefined : recordedCall(intent, tool, release)
      if (call === undefined) unread += 1
      else
        calls.push({
          system: intent.system,
          decided: tool.decision,
          by: tool.rule,
          ...replayCall(engine, pack, call),
        })
    }
  })
  return failure === undefined ? ok({ calls, unread }) : fail(failure)
}

type RecordedTool = ReturnType<typeof outcomeSchema.parse>['tools'][number]

function recordedCall(
  { id, tenant, environment }: Intent,
  { tool, decision, rule, rules = [], facts }: RecordedTool,
  { manifest, tier }: RecordedRelease,
): RecordedCall | undefined {
  if (facts === undefined) return undefined
  const { effect, isVerified, roles, labels, session, args } = facts
  return {
    request: id,
    tool,
    decision,
    rule,
    rules,
    args,
    facts: {
      tier,
      environment,
      manifest,
      // Names and addresses of people are not kept: rules that read them see empty texts.
      subject: { isVerified, tenant: tenant ?? '', principal: '', roles, email: '' },
      tool: { id: tool, effect },
      labels,
      session,
    },
  }
}
