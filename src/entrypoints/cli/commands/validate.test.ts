import { expect, test } from 'vitest'
import { capturedTerminal } from '../../../../test/support/captured-terminal.ts'
import { tempFolder } from '../../../../test/support/temp-folder.ts'
import { tinyManifest, tinyPack, writeTinyProject } from '../../../../test/support/tiny-project.ts'
import { validateCommand } from './validate.ts'

const SANDBOX = '{ network: none, filesystem: temporary, cpuSeconds: 5, memoryMb: 64, wallSeconds: 5, via: subprocess }'
const withTool = (tool: string): string =>
  tinyManifest().replace(
    / {4}- \{ id: save_note, schema: ([^,]+), effect: read,/,
    `    - { ${tool}, schema: $1, effect: read,`,
  )

async function validated(manifest: string, schema: object, json = false): Promise<{ code: number; out: string }> {
  await using folder = await tempFolder()
  await writeTinyProject(folder.path, manifest, undefined, { 'tools/save_note.json': JSON.stringify(schema) })
  const terminal = capturedTerminal(folder.path)
  const code = await validateCommand(terminal, { project: '.', manifest: 'gatehouse.yaml', json })
  return { code, out: terminal.printed.out }
}
const argument = (name: string): object => ({ type: 'object', properties: { [name]: { type: 'string' } } })

test.each<[string, string, object]>([
  ['by its id', 'id: run_python', argument('text')],
  ['by an argument of its schema', 'id: save_note', argument('sql')],
])(
  'a tool that looks %s as if it ran something is advised on, and the manifest stays valid',
  async (_, tool, schema) => {
    const { code, out } = await validated(withTool(tool), schema)
    expect(code).toBe(0)
    expect(out).toContain('looks as if it ran code, SQL or commands: declare `executes` and `sandbox`')
    expect(JSON.parse((await validated(withTool(tool), schema, true)).out)).toMatchObject({
      valid: true,
      advice: [expect.any(String)],
    })
  },
)

test('a tool that says what it runs gets no advice', async () => {
  const { code, out } = await validated(
    withTool(`id: run_python, executes: code, sandbox: ${SANDBOX}`),
    argument('code'),
  )
  expect(code).toBe(0)
  expect(out).not.toContain('advice')
})

test('a sandbox with a network is no sandbox', async () => {
  const { code } = await validated(
    withTool(`id: run_python, executes: code, sandbox: ${SANDBOX.replace('none', 'host')}`),
    argument('code'),
  )
  expect(code).toBe(2)
})

test.each<[string, string, (manifest: string) => string, Readonly<Record<string, string>>]>([
  [
    'a pack that is not there',
    'policy/not-found',
    (manifest) => manifest.replace('policies: [tiny]', 'policies: [tiny, absent]'),
    {},
  ],
  [
    'a suite that is not there',
    'files/not-found',
    (manifest) => manifest.replace('policies: [tiny]', 'suites: [suites/absent.yaml]\npolicies: [tiny]'),
    {},
  ],
  [
    'a pack whose rule names a control that no catalogue has',
    'policy/unknown-control',
    (manifest) => manifest,
    { 'policies/tiny.yaml': tinyPack().replace('CTL-SEC-003', 'CTL-SEC-999') },
  ],
])('%s makes a project invalid, and the place is named', async (_, code, change, files) => {
  await using folder = await tempFolder()
  await writeTinyProject(folder.path, change(tinyManifest()), undefined, files)
  const terminal = capturedTerminal(folder.path)
  expect(await validateCommand(terminal, { project: '.', manifest: 'gatehouse.yaml', json: true })).toBe(2)
  expect(JSON.parse(terminal.printed.out)).toMatchObject({
    valid: false,
    problems: [{ code, at: { file: expect.stringMatching(/gatehouse\.yaml|tiny\.yaml/), line: expect.any(Number) } }],
  })
})
