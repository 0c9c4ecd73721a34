import { tinyManifest, tinyPack, writeTinyProject, type ManifestOptions } from './tiny-project.ts'

const SUITE = `apiVersion: gatehouse.dev/v1
kind: Suite
metadata: { id: few, version: 1.0.0, title: Few }
purpose: benign
target: { module: app/target.mjs }
cases: suites/few.jsonl
`

/** One harmless question. */
export const suiteCase = (turn = 'Hi'): string =>
  `${JSON.stringify({ id: 'c-1', subject: { tenant: 't', principal: 'p', roles: [] }, turns: [turn], expect: [{ scorer: 'answered' }] })}\n`

/** An application that answers the same whatever it is asked. */
export const TARGET = `export const startModel = async () => ({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: undefined, isSimulated: true, close: async () => undefined })
export const createTarget = async () => ({
  run: async () => ({ reply: 'Hello', blocked: null, toolCalls: [], records: [], citations: [] }),
  close: async () => undefined,
})
`

export const suiteRule = (
  id: string,
  check: string,
  title = 'Harmless questions are answered',
): string => `  - id: ${id}
    title: ${title}
    severity: medium
    controls: [CTL-QUA-001]
    check: { kind: suite, ${check} }
    expr: evidence["${id}"].outcome == "passed"
    message: harmless questions are blocked
    fix: loosen the guard
    tests:
      - { name: holds, input: { evidence: { ${id}: { outcome: passed } } }, expect: pass }
      - { name: breaks, input: { evidence: { ${id}: { outcome: failed } } }, expect: fail }
`

/** Needs more cases than there are. */
export const OVERBLOCK_RULE = suiteRule(
  'GH-OVB-001',
  'purpose: benign, metric: over-block, atMost: { T1: 0.02, T2: 0.02, T3: 0.02 }',
)

/** A tiny project with a suite of one case. */
export function writeSuiteProject(
  folder: string,
  rules: string,
  manifest: ManifestOptions = {},
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  return writeTinyProject(folder, tinyManifest({ suites: ['suites/few.yaml'], ...manifest }), tinyPack(rules), {
    'suites/few.yaml': SUITE,
    'suites/few.jsonl': suiteCase(),
    'app/target.mjs': TARGET,
    ...files,
  })
}
