import { XMLParser } from 'fast-xml-parser'
import type { Json } from '../../base/json.ts'
import { importedRow } from './imported-row.ts'
import { listAt, numberOf, objectAt, textOf } from './loose-json.ts'
import type { ResultReport, ResultRow } from './result-report.ts'

/** JUnit XML. SECURITY: a document type is refused and entities are not expanded, so nothing can grow or be fetched. */
export function readJUnit(text: string): ResultReport | undefined {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return undefined
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    processEntities: false,
    parseTagValue: false,
    parseAttributeValue: false,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  })
  let root: Json
  try {
    root = parser.parse(text, true) as Json
  } catch (error) {
    // The parser throws its own errors on whatever is no XML; there is nothing to tell apart.
    if (error instanceof Error) return undefined
    throw error
  }
  const suites = [...listAt(root, 'testsuites', 'testsuite'), ...listAt(root, 'testsuite')]
  if (suites.length === 0) return undefined
  return {
    tool: 'junit',
    toolVersion: '',
    title: 'junit',
    isSimulated: false,
    rows: suites.flatMap((suite) => rowsOf(suite, 0)),
  }
}

const DEPTH_MAX = 20

function rowsOf(suite: Json, depth: number): readonly ResultRow[] {
  if (depth > DEPTH_MAX) return []
  const name = textOf(objectAt(suite)['name'])
  const own = listAt(suite, 'testcase').map((one) => {
    const value = objectAt(one)
    const seconds = numberOf(Number(textOf(value['time']) || Number.NaN))
    const outcome =
      'error' in value ? 'errored' : 'failure' in value ? 'failed' : 'skipped' in value ? 'skipped' : 'passed'
    const told = value['error'] ?? value['failure'] ?? value['skipped']
    return importedRow({
      id: `${textOf(value['classname'])}.${textOf(value['name'])}`,
      suite: name,
      outcome,
      why: textOf(objectAt(told)['message'] ?? told),
      file: textOf(value['file']).slice(0, 600) || undefined,
      elapsedMs: seconds === undefined ? undefined : seconds * 1_000,
    })
  })
  return [...own, ...listAt(suite, 'testsuite').flatMap((inner) => rowsOf(inner, depth + 1))]
}
