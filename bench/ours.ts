import { injectionClassifier, loadInjectionModel } from '../src/adapters/models/load-injection-model.ts'
import { canonicalView } from '../src/domain/detection/canonical-view.ts'
import { classifyText } from '../src/domain/detection/classifier/classify.ts'
import type { FindingCategory } from '../src/domain/detection/finding.ts'
import { leakIndex } from '../src/domain/detection/prompt-leak.ts'
import { guardDocument } from '../src/domain/guardrail/guard-document.ts'
import { resolveGuardPolicy, type SidePolicy } from '../src/domain/guardrail/guard-policy.ts'
import { guardText } from '../src/domain/guardrail/guard-text.ts'
import type { Detector, Task } from './peer.ts'
import type { Contender } from './timing.ts'

export const POLICY = resolveGuardPolicy(undefined, 'T1')

const SYSTEM_PROMPT = `You are the assistant of a parcel service. Answer questions on shipments, invoices and opening hours.
Never promise a delivery date that the tracking system does not show, and hand the conversation to a person when a customer asks for one.`
const LEAK = leakIndex([SYSTEM_PROMPT])

/** Names, addresses, ages and birth dates are guesses of words and shapes: no part of the exact pipeline. */
const exact = (side: SidePolicy): SidePolicy => ({ ...side, softPii: 'allow' })
const EXACT = { input: exact(POLICY.input), document: exact(POLICY.document), output: exact(POLICY.output) }

/** The exact pipeline with all rules on, by the side it stands on. */
export const PIPELINE: readonly Contender[] = [
  { name: 'gatehouse input', run: (text) => guardText(text, EXACT.input) },
  { name: 'gatehouse document', run: (text) => guardDocument(text, EXACT.document) },
  { name: 'gatehouse output', run: (text) => guardText(text, EXACT.output, { leak: LEAK }) },
]

/** With the soft kinds of personal data as well, as the presets have them. */
export const WITH_SOFT: Contender = {
  name: 'gatehouse input, soft kinds too',
  run: (text) => guardText(text, POLICY.input),
}

/** True where a side of ours refuses a text instead of judging it: its time is no scan rate. */
export function isRefused(name: string, text: string): boolean {
  if (name !== 'gatehouse document') return false
  return guardDocument(text, POLICY.document).findings.some(({ detector }) => detector.startsWith('guard/'))
}

const CATEGORIES: Readonly<Record<Task, readonly FindingCategory[]>> = {
  pii: ['pii'],
  secret: ['secret'],
  // Over-budget text is answered as an injection is, so it counts as flagged.
  injection: ['injection', 'undecodable'],
}

/** Ours as a detector of one task, judged as the side's policy judges. */
export function ourDetector(task: Task, side: SidePolicy): Detector {
  const model = task === 'injection' ? injectionClassifier() : undefined
  const classify = model?.ok === true ? model.value : undefined
  return {
    detect: (text) => {
      const { findings, score } = guardText(text, side, { classify })
      const own = findings.filter(({ category }) => CATEGORIES[task].includes(category))
      return {
        isFlagged: own.length > 0,
        score: task === 'injection' ? score : undefined,
        spans: () => own,
        detectors: own.map(({ detector }) => detector),
      }
    },
  }
}

/** Score of the classifier for one raw text, its canonical view included; or why there is none. */
export function openClassifier(): ((text: string) => number) | string {
  const read = loadInjectionModel()
  if (!read.ok) return read.failure.message
  const { value: model } = read
  return (text) => classifyText(model, canonicalView(text).lower).score
}
