import type { ConfiguredDetector } from '../../application/guard/run-detectors.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { DetectorDeclaration } from '../../domain/manifest/manifest.ts'
import { httpDetector, type RemoteDetector } from './http-detector.ts'
import { JUDGE_QUESTION, llmJudgeDetector } from './llm-judge-detector.ts'

export interface DeclaredDetectors {
  readonly detectors: readonly ConfiguredDetector[]
  close(): Promise<void>
}

const DEADLINE_MS = 2_000

/** The detectors of a manifest (`guard.detectors`), with their keys from the environment; or every problem found. */
export function declaredDetectors(
  declarations: readonly DetectorDeclaration[],
  environment: Readonly<Record<string, string | undefined>>,
): Result<DeclaredDetectors, readonly Problem[]> {
  const problems: Problem[] = []
  const detectors: (ConfiguredDetector & { readonly detector: RemoteDetector })[] = []
  for (const declaration of declarations) {
    const { at, action, onError, deadlineMs = DEADLINE_MS, sides } = declaration
    const made = detectorOf(declaration, environment)
    if (made.ok) detectors.push({ detector: made.value, setting: { at, action, onError, deadlineMs }, sides })
    else problems.push(made.failure)
  }
  const close = async (): Promise<void> => {
    await Promise.all(detectors.map(({ detector }) => detector.close()))
  }
  return problems.length === 0 ? ok({ detectors, close }) : fail(problems)
}

function detectorOf(
  declaration: DetectorDeclaration,
  environment: Readonly<Record<string, string | undefined>>,
): Result<RemoteDetector, Problem> {
  const { id, url, keyFrom, category = 'injection', allowPlainHttp } = declaration
  const apiKey = keyFrom === undefined ? undefined : environment[keyFrom]
  if (keyFrom !== undefined && (apiKey === undefined || apiKey === ''))
    return fail({
      code: 'detector/missing-key',
      message: `the environment has no \`${keyFrom}\`, which detector \`${id}\` needs`,
      next: `set ${keyFrom} to the detector's key`,
    })
  const basics = { id, url, category, apiKey, allowPlainHttp }
  if (declaration.kind === 'llm-judge')
    return llmJudgeDetector({
      ...basics,
      model: declaration.model,
      question: declaration.question ?? JUDGE_QUESTION,
    })
  const { version = 'undeclared', body = { text: '{{text}}' }, score = '/score', label } = declaration
  return httpDetector({ ...basics, version, body, score, label })
}
