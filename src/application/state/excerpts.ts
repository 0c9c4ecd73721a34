import type { JsonObject } from '../../base/json.ts'
import { riskCourse } from '../governance/risks.ts'
import type { RecordKind } from './records.ts'

/** Kinds of which an excerpt is kept, with what stands in it. */
const EXCERPTS: Readonly<Partial<Record<RecordKind, (document: JsonObject) => JsonObject>>> = {
  risks: (document) => riskCourse(document),
}

/** Undefined for a kind without excerpts. */
export function excerptOf(kind: RecordKind, document: JsonObject): JsonObject | undefined {
  return EXCERPTS[kind]?.(document)
}
