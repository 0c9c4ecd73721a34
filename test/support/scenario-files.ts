import { PROMPT, tinyManifest } from './tiny-project.ts'

/** Files that the commands name, beside those of the project. */
export const SCENARIO_FILES: Readonly<Record<string, string>> = {
  // Another version with another prompt, and one that asks for results of another tool.
  'gatehouse-2.yaml': tinyManifest({ version: '2.0.0' }).replace('prompts/system.md', 'prompts/system-2.md'),
  'prompts/system-2.md': `${PROMPT}Never guess.\n`,
  'gatehouse-imported.yaml': tinyManifest({ version: '3.0.0', policies: ['tiny', 'imported'] }),
  'policies/imported.yaml': `apiVersion: gatehouse.dev/v1
kind: PolicyPack
metadata: { id: imported, version: 1.0.0, title: Imported }
rules:
  - id: GH-EXT-001
    title: the external suite passes
    severity: high
    controls: [CTL-SEC-002]
    check: { kind: imported, tools: [junit], atLeast: { T1: 0.9, T2: 0.9, T3: 0.9 } }
    expr: evidence["GH-EXT-001"].outcome == "passed"
    message: the external suite fails
    fix: read its report
    tests:
      - { name: held, input: { evidence: { GH-EXT-001: { outcome: passed } } }, expect: pass }
      - { name: broken, input: { evidence: { GH-EXT-001: { outcome: failed } } }, expect: fail }
`,
  'imported.xml': `<testsuites><testsuite name="s">${'<testcase name="p"/>'.repeat(60)}</testsuite></testsuites>`,
  'policy.txt': 'We look at every answer.\n',
  'vendor.yaml': `apiVersion: gatehouse.dev/v1
kind: VendorAssessment
vendor: openai
upToTier: T1
terms: an agreement
dataUse: no training on customer data
regions: [eu]
provenance: model cards of the vendor
licence: commercial
security: SOC 2
incidentContact: security@vendor.example
compensatingControls: []
days: 180
`,
  'scan.sarif': JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'scanner' } },
        results: [
          { ruleId: 'one', level: 'error', message: { text: 'one is broken' }, partialFingerprints: { hash: 'one' } },
        ],
      },
    ],
  }),
  'answers.yaml': `intake:
  purpose: Answer questions about orders
  audience: customers
  domain: general
  dataClasses: [public]
  autonomy: answers
  multiTenant: false
`,
}
