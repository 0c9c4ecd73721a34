import { query } from 'jsonpath-rfc9535'
import parsePath from 'jsonpath-rfc9535/parser'
import { isJsonObject, type Json } from '../../base/json.ts'

/** Finds the parts of a document that a path names. */
export type JsonPath = (document: Json) => readonly Json[]

type Step = string | number

/**
 * A JSONPath (RFC 9535), read once. A path of names and places alone, as most are, is walked here; the library reads a path
 * anew for every document, which costs more than everything else that is done with an answer.
 */
export function compileJsonPath(path: string): JsonPath {
  const steps = singularSteps(path)
  if (steps === undefined) return (document) => query(document as never, path) as readonly Json[]
  return (document) => {
    let at: Json | undefined = document
    for (const step of steps) at = stepInto(at, step)
    return at === undefined ? [] : [at]
  }
}

/** The steps of a path that names one place at most (section 2.3.5.1); undefined for any other. */
function singularSteps(path: string): readonly Step[] | undefined {
  const steps: Step[] = []
  for (const { type, node } of parsePath(path).segments) {
    if (type !== 'ChildSegment' || node.type === 'WildcardSelector') return undefined
    if (node.type === 'MemberNameShorthand') {
      steps.push(node.value)
      continue
    }
    const [selector, more] = node.selectors
    if (more !== undefined || (selector?.type !== 'NameSelector' && selector?.type !== 'IndexSelector'))
      return undefined
    steps.push(selector.value)
  }
  return steps
}

function stepInto(at: Json | undefined, step: Step): Json | undefined {
  if (typeof step === 'number') return Array.isArray(at) ? (at as readonly Json[]).at(step) : undefined
  return isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined
}
