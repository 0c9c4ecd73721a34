import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { compileSuite, type CompiledSuite } from '../../../adapters/evaluation/compile-suite.ts'
import { openCaseFile } from '../../../adapters/evaluation/case-file.ts'
import { readResponses, type ResponseLine } from '../../../adapters/evaluation/read-responses.ts'
import { scoringPorts } from '../../../adapters/scoring/scoring-ports.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { observationOf } from '../../../adapters/targets/process-target.ts'
import { scoreResponses, type AnsweredCase } from '../../../application/evaluation/score-responses.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { criteriaOf } from '../../../contract/suite/parse-suite.ts'
import { leakIndex } from '../../../domain/detection/prompt-leak.ts'
import type { Expectation, SuiteCase } from '../../../domain/evaluation/suite.ts'
import { EXIT_CODE, type ExitCode } from '../exit-code.ts'
import { exitCodeOfReport, printEvaluation } from '../evaluation/print-evaluation.ts'
import { printComparison } from '../evaluation/print-comparison.ts'
import { parseOutputs } from '../evaluation/report-outputs.ts'
import { writeReports } from '../evaluation/write-reports.ts'
import { reportProblems } from '../report-problems.ts'
import { inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

export interface EvalScoreOptions {
  readonly project: string
  readonly responses: string
  readonly baseline?: string | undefined
  readonly suite?: string | undefined
  readonly margin: number
  readonly seed: number
  readonly output: readonly string[]
  readonly json: boolean
}

/** `gatehouse eval score`: scores answers that somebody else collected; with a baseline, compares the two case by case. */
export async function evalScoreCommand(terminal: Terminal, options: EvalScoreOptions): Promise<number> {
  const outputs = parseOutputs(options.output)
  const loaded = outputs.ok ? await load(terminal, options) : outputs
  if (!outputs.ok || !loaded.ok) {
    reportProblems(terminal, loaded.ok ? [] : loaded.failure)
    return EXIT_CODE.usage
  }
  const { suite, answered, baseline } = loaded.value
  const { report, comparison, clusters } = scoreResponses(answered, baseline, {
    suite: {
      id: suite?.head.metadata.id ?? 'responses',
      version: suite?.head.metadata.version ?? '0.0.0',
      purpose: suite?.head.purpose ?? 'quality',
      digest: suite?.digest ?? '',
    },
    criteria: suite === undefined ? [] : criteriaOf(suite.head),
    seed: options.seed,
    margin: options.margin,
    distributions: stdlibDistributions,
    context: { leak: leakIndex([]), sharedTenant: 'shared', ports: scoringPorts() },
  })
  if (!(await writeReports(terminal, { report, clusters: () => clusters }, outputs.value))) return EXIT_CODE.usage
  if (options.json) printLine(terminal, inertJson({ ...report, comparison }, 2))
  else {
    printEvaluation(terminal, report)
    if (comparison !== null) printComparison(terminal, comparison)
  }
  const code = exitCodeOfReport(report)
  if (comparison === null) return code
  return worse(code, COMPARISON_CODES[comparison.nonInferiority.outcome])
}

const COMPARISON_CODES = {
  passed: EXIT_CODE.pass,
  failed: EXIT_CODE.blocked,
  inconclusive: EXIT_CODE.inconclusive,
} as const

/** Blocked before inconclusive before pass. */
function worse(one: ExitCode, other: ExitCode): ExitCode {
  for (const code of [EXIT_CODE.blocked, EXIT_CODE.inconclusive]) if (one === code || other === code) return code
  return EXIT_CODE.pass
}

interface Loaded {
  readonly suite: CompiledSuite | undefined
  readonly answered: readonly AnsweredCase[]
  readonly baseline: readonly AnsweredCase[] | undefined
}

async function load(terminal: Terminal, options: EvalScoreOptions): Promise<Result<Loaded, readonly Problem[]>> {
  const read = (path: string): ReturnType<typeof readResponses> =>
    readResponses(resolve(terminal.workingFolder, path), path)
  const responses = await read(options.responses)
  if (!responses.ok) return responses
  const before = options.baseline === undefined ? undefined : await read(options.baseline)
  if (before?.ok === false) return before
  if (options.suite === undefined) {
    const answered = withOwnExpectations(responses.value, options.responses)
    if (!answered.ok) return answered
    const expectations = new Map(answered.value.map((entry) => [entry.suiteCase.id, entry.suiteCase]))
    return ok({
      suite: undefined,
      answered: answered.value,
      // The candidate's expectations judge both: another expectation would be another case.
      baseline: before === undefined ? undefined : answeredOf(before.value, expectations),
    })
  }
  const suite = await loadSuite(resolve(terminal.workingFolder, options.project), options.suite)
  if (!suite.ok) return suite
  const { cases, compiled } = suite.value
  const answered = answeredOf(responses.value, cases)
  if (answered.length === 0)
    return fail([
      {
        code: 'eval/no-responses',
        message: `no response has the id of a case of \`${options.suite}\``,
        next: 'write the id of the case as `id`',
      },
    ])
  return ok({
    suite: compiled,
    answered,
    baseline: before === undefined ? undefined : answeredOf(before.value, cases),
  })
}

async function loadSuite(
  folder: string,
  file: string,
): Promise<
  Result<{ readonly compiled: CompiledSuite; readonly cases: ReadonlyMap<string, SuiteCase> }, readonly Problem[]>
> {
  const scratch = await mkdtemp(join(tmpdir(), 'gatehouse-score-'))
  try {
    const path = join(scratch, 'cases.jsonl')
    const compiled = await compileSuite(folder, file, path)
    if (!compiled.ok) return compiled
    const source = await openCaseFile(path)
    const cases = new Map<string, SuiteCase>()
    for (let at = 0; at < source.count; at++)
      for (const suiteCase of await source.at(at)) cases.set(suiteCase.id, suiteCase)
    await source.close()
    return ok({ compiled: compiled.value, cases })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function answeredOf(
  responses: readonly ResponseLine[],
  cases: ReadonlyMap<string, SuiteCase>,
): readonly AnsweredCase[] {
  const answered: AnsweredCase[] = []
  for (const [id, lines] of Map.groupBy(responses, (response) => String(response.id))) {
    const suiteCase = cases.get(id)
    if (suiteCase !== undefined) answered.push({ suiteCase, observations: lines.map(observationOfLine) })
  }
  return answered
}

/** Without a suite each line says what was expected: `expect` as in a suite, or `expected` for "contains". */
function withOwnExpectations(
  responses: readonly ResponseLine[],
  file: string,
): Result<readonly AnsweredCase[], readonly Problem[]> {
  const problems: Problem[] = []
  const answered: AnsweredCase[] = []
  for (const [id, lines] of Map.groupBy(responses, (response) => String(response.id))) {
    const [first] = lines
    if (first === undefined) continue
    const expect: readonly Expectation[] =
      first.expect ?? (first.expected === undefined ? [] : [{ scorer: 'contains', any: [first.expected] }])
    if (expect.length === 0)
      problems.push({
        code: 'eval/nothing-expected',
        message: `response \`${id}\` says neither \`expected\` nor \`expect\``,
        next: 'write what was expected, or name the suite with --suite',
        at: { file, line: first.line, column: 1 },
      })
    answered.push({
      suiteCase: {
        id,
        tags: first.tags ?? [],
        risks: [],
        subject: { tenant: 'default', principal: 'evaluation', roles: [] },
        turns: [first.prompt ?? ''],
        expect,
        file,
        line: first.line,
      },
      observations: lines.map(observationOfLine),
    })
  }
  return problems.length > 0 ? fail(problems.slice(0, PROBLEMS_MAX)) : ok(answered)
}

const PROBLEMS_MAX = 50

function observationOfLine(line: ResponseLine): AnsweredCase['observations'][number] {
  const { latencyMs } = line
  return {
    ...observationOf(line),
    ...(latencyMs === undefined ? {} : { timing: { latencyMs, lagMs: 0, isCached: false } }),
  }
}
