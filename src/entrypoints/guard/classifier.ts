// `@gatehouse/guard/classifier`: apart from the guard, so that who wants the heuristics alone does not load it.
import { ok, type Problem, type Result } from '../../base/result.ts'
import { classifyText } from '../../domain/detection/classifier/classify.ts'
import { parseLinearModel } from '../../domain/detection/classifier/linear-model.ts'
import type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'

/**
 * The shipped classifier from the bytes of its weights (`injection-linear-1.bin` in the package), which a browser fetches and
 * a server reads. Fails with `model/malformed`, `model/unsupported` or `model/damaged`.
 */
export function injectionClassifierOf(weights: Uint8Array): Result<ClassifyInjection, Problem> {
  const model = parseLinearModel(weights)
  return model.ok ? ok((lower) => classifyText(model.value, lower)) : model
}
