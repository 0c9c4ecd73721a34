import { resolve } from 'node:path'
import { cassetteTarget, recordingTarget } from '../../../adapters/cassette/cassette.ts'
import { readTextIfPresent } from '../../../adapters/files/atomic-file.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { modelJudge } from '../../../adapters/targets/model-judge.ts'
import { openAiTarget } from '../../../adapters/targets/openai-target.ts'
import type { TargetPorts } from '../../../adapters/targets/target-ports.ts'
import type { Judge } from '../../../application/evaluation/ask-judges.ts'
import type { TrialTarget } from '../../../application/evaluation/trial-target.ts'
import type { EpochMs } from '../../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { parsePassport } from '../../../contract/suite/passport-file.ts'
import type { SuiteHead } from '../../../contract/suite/suite-schema.ts'
import type { JudgeStanding } from '../../../domain/evaluation/fold-criterion.ts'
import { passportGap, type JudgePassport } from '../../../domain/evaluation/passport.ts'

export interface OpenJudges {
  readonly judges: ReadonlyMap<string, Judge>
  /** May each decide, and how often it errs. */
  readonly standings: ReadonlyMap<string, JudgeStanding>
  close(): Promise<void>
}

export interface OpenJudgesOptions {
  readonly folder: string
  readonly now: EpochMs
  readonly signal: AbortSignal
  readonly record?: string | undefined
  readonly cassette?: string | undefined
  /** Passports are about to be written: what stands where they will lie does not matter. */
  readonly isCalibration?: boolean | undefined
}

type DeclaredJudge = NonNullable<SuiteHead['judges']>[number]

/** The judges of a suite, each with what its passport says. Their answers are recorded and replayed beside those of the target. */
export async function openJudges(
  declared: readonly DeclaredJudge[],
  ports: TargetPorts,
  options: OpenJudgesOptions,
): Promise<Result<OpenJudges, readonly Problem[]>> {
  const judges = new Map<string, Judge>()
  const standings = new Map<string, JudgeStanding>()
  const models: TrialTarget[] = []
  for (const entry of declared) {
    const model = await modelOf(entry, ports, options)
    if (!model.ok) return fail([model.failure])
    models.push(model.value)
    const judge = modelJudge(entry, model.value, options.signal)
    const passport = options.isCalibration === true ? ok(undefined) : await passportOf(entry, options.folder)
    if (!passport.ok) return fail([passport.failure])
    judges.set(entry.id, judge)
    const gap = passportGap(stdlibDistributions, passport.value, judge.digest, options.now)
    standings.set(
      entry.id,
      gap === undefined && passport.value !== undefined ? { counts: passport.value } : { gap: gap ?? '' },
    )
  }
  return ok({
    judges,
    standings,
    async close() {
      for (const model of models) await model.close()
    },
  })
}

async function modelOf(
  { id, model, baseUrl, apiKeyFrom }: DeclaredJudge,
  ports: TargetPorts,
  { folder, record, cassette }: OpenJudgesOptions,
): Promise<Result<TrialTarget, Problem>> {
  const target = openAiTarget(
    {
      type: 'openai',
      model,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(apiKeyFrom === undefined ? {} : { apiKeyFrom }),
      parameters: { temperature: 0, max_tokens: 200 },
    },
    ports,
  )
  if (cassette !== undefined) {
    const replayed = await cassetteTarget(judgeCassette(folder, cassette, id))
    return replayed.ok ? replayed : fail(replayed.failure)
  }
  return ok(record === undefined ? target : await recordingTarget(target, judgeCassette(folder, record, id)))
}

/** The cassette of a judge lies beside that of the target. */
function judgeCassette(folder: string, cassette: string, id: string): string {
  return `${resolve(folder, cassette)}.judge-${id}`
}

async function passportOf(
  { passport }: DeclaredJudge,
  folder: string,
): Promise<Result<JudgePassport | undefined, Problem>> {
  if (passport === undefined) return ok(undefined)
  const text = await readTextIfPresent(resolve(folder, passport))
  // Without its passport a judge informs; that is no error of the suite.
  return text === undefined ? ok(undefined) : parsePassport(passport, text)
}
