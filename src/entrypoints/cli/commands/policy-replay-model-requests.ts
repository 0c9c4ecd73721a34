import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { isJsonObject } from '../../../base/json.ts'
import type { PolicyPack } from '../../../domain/policy/policy-pack.ts'
import {
  replayModelRequest,
  type RecordedModelRequest,
  type ReplayedModelRequest,
} from '../../../domain/policy/replay-requests.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import type { Session } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { eachRecord, type Intent, type RecordedRelease } from './recorded-requests.ts'
import { exitCodeOfProblem } from './with-session.ts'

type Replayed = ReplayedModelRequest & { readonly system: string; readonly model: string }

/** `gatehouse policy replay` of a pack on requests to models: which recorded requests it would have decided otherwise. */
export async function replayModelRequests(
  terminal: Terminal,
  session: Session,
  pack: PolicyPack,
  options: { readonly system?: string | undefined; readonly json: boolean },
): Promise<number> {
  const replayed: Replayed[] = []
  let unread = 0
  const engine = celEngine()
  const problem = await eachRecord(session, options.system, (_, intent, release) => {
    const request = release === undefined ? undefined : recordedRequest(intent, release)
    if (request === undefined) unread += 1
    else replayed.push({ system: intent.system, model: intent.model, ...replayModelRequest(engine, pack, request) })
  })
  if (problem !== undefined) {
    reportProblems(terminal, [problem])
    return exitCodeOfProblem(problem)
  }
  const changed = replayed.filter(({ before, after }) => before !== after)
  const name = `${pack.id}@${pack.version}`
  if (options.json) {
    printLine(terminal, inertJson({ schemaVersion: 1, pack: name, requests: replayed.length, unread, changed }, 2))
    return EXIT_CODE.pass
  }
  printLine(
    terminal,
    `${name} on ${replayed.length} recorded requests: ${changed.length} decided otherwise by this pack`,
  )
  for (const { system, request, model, before, after, rule } of changed)
    printLine(
      terminal,
      `  ${inert(system)} ${inert(request)} ${inert(model)}: ${before} → ${after}${rule === null ? '' : ` by ${rule}`}`,
    )
  if (unread > 0)
    printLine(terminal, `  note: ${unread} records hold no facts: no pack on requests to models was asked about them`)
  return EXIT_CODE.pass
}

function recordedRequest(
  { id, tenant, environment, model, isStream, policy }: Intent,
  { manifest, tier }: RecordedRelease,
): RecordedModelRequest | undefined {
  if (policy === undefined) return undefined
  const { kind, prompt, tools, regions, labels, isVerified, roles, purpose } = policy.facts
  const intake = manifest['intake']
  const classes = isJsonObject(intake) ? intake['dataClasses'] : undefined
  return {
    request: id,
    rules: policy.rules,
    facts: {
      tier,
      environment,
      manifest,
      // Names and addresses of people are not kept: rules that read them see empty texts.
      subject: { isVerified, tenant: tenant ?? '', principal: '', roles, email: '', purpose },
      request: { kind, model, prompt, isStream, tools, regions },
      data: { classes: Array.isArray(classes) ? classes.filter((one) => typeof one === 'string') : [] },
      labels,
    },
  }
}
