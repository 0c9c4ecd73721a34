import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { OVERBLOCK_RULE, writeSuiteProject } from '../support/suite-project.ts'
import { tempFolder } from '../support/temp-folder.ts'
import {
  tinyManifest,
  tinyPack,
  VERSION_RULE,
  writeTinyProject,
  type ManifestOptions,
} from '../support/tiny-project.ts'

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'support-assistant')
const golden = (name: string): string => join(import.meta.dirname, '..', 'golden', `${name}.txt`)

const cleanUp = new AsyncDisposableStack()
let folder: string
beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
})
afterAll(() => cleanUp.disposeAsync())

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function run(
  args: readonly string[],
  options: { readonly in?: string; readonly hasColor?: boolean } = {},
): Promise<Ran> {
  const terminal = capturedTerminal(options.in ?? folder, {
    hasColor: options.hasColor ?? false,
    environment: { USER: 'author-a' },
  })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

/** What a reader would see, without what differs from run to run. */
function normalised({ code, out, error }: Ran): string {
  const text = `${out}${error === '' ? '' : `--- stderr ---\n${error}`}--- exit ${code} ---\n`
  return text
    .replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:<digest>')
    .replaceAll(/\b[0-9a-f]{12}…/g, '<digest>…')
    .replaceAll(/sha256:[0-9a-f]{6,}…?/g, 'sha256:<digest>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '<id>')
    .replaceAll(/\b\d+\.\d s\b/g, '<seconds> s')
    .replaceAll(folder, '<folder>')
}

const COMMANDS = [
  'db',
  'db status',
  'db migrate',
  'db backup',
  'db restore',
  'db rebuild',
  'db move',
  '',
  'validate',
  'lock',
  'plan',
  'diff',
  'gate',
  'explain',
  'policy',
  'policy test',
  'guard',
  'guard scan',
  'redteam',
  'redteam guard',
  'redteam run',
  'redteam list',
  'redteam report',
  'exception',
  'exception request',
  'exception approve',
  'exception deny',
  'exception list',
  'approve',
  'risk list',
  'kill on',
  'kill off',
  'kill list',
  'incident list',
  'incident show',
  'incident contain',
  'incident learn',
  'alert list',
  'evidence pack',
  'evidence verify',
  'evidence import',
  'kpi',
  'serve',
  'console',
  'worker',
  'jobs list',
  'jobs schedules',
  'jobs run',
  'jobs show',
  'jobs retry',
  'jobs cancel',
  'webhook add',
  'webhook list',
  'webhook show',
  'webhook rotate',
  'webhook remove',
  'webhook test',
  'webhook replay',
] as const

describe('help and usage', () => {
  test('of every command is there, with exit 0', async () => {
    let text = ''
    for (const command of COMMANDS) {
      const ran = await run([...command.split(' ').filter((word) => word !== ''), '--help'])
      expect([command, ran.code, ran.error]).toEqual([command, 0, ''])
      expect(ran.out).toContain('Usage: gatehouse')
      text += `$ gatehouse ${command} --help\n${ran.out}\n`
    }
    await expect(text).toMatchFileSnapshot(golden('help'))
  })

  test('of the program names examples and every exit code', async () => {
    const { out } = await run(['--help'])
    expect(out).toContain('Examples:')
    for (const code of ['0 pass', '1 blocked', '2 usage', '3 inconclusive', '4 auth', '5 approval', '6', '70', '130'])
      expect(out).toContain(code)
  })

  test.each(['diff', 'gate', 'guard scan', 'redteam guard', 'redteam run', 'redteam report', 'evidence verify'])(
    'of `%s` has an example',
    async (command) => {
      expect((await run([...command.split(' '), '--help'])).out).toMatch(/Examples?:\n {2}\$ /)
    },
  )

  test.each([
    [[]],
    [['fly']],
    [['gate', '--fly']],
    [['gate', '--env']],
    [['gate', 'more', 'words']],
    [['diff', 'one']],
    [['policy', 'fly']],
    [['exception', 'request']],
    [['kill', 'on', '--system', 'x']],
    [['gate', '--format', 'pdf']],
    [['gate', '-o', 'file']],
    [['guard', 'scan', '--preset', 'T9']],
    [['redteam', 'guard', '--preset', 'T9']],
    [['redteam', 'guard', '--side', 'middle']],
    [['redteam', 'guard', '--tries', '0']],
    [['evidence', 'verify', 'absent.zip']],
    [
      [
        'exception',
        'request',
        'GH-GRD-001',
        '-s',
        'x',
        '--release',
        'd',
        '--reason',
        'r',
        '--accepted-by',
        'a',
        '--compensating',
        'GH-GRD-002',
        '--days',
        '91',
      ],
    ],
  ])('that is wrong like %j exits 2 and says something', async (args) => {
    const ran = await run(args)
    expect(ran.code).toBe(2)
    expect(ran.error + ran.out).not.toBe('')
    expect(ran.error).not.toContain('internal error')
  })
})

describe('the example project', () => {
  test.each([
    ['validate', ['validate']],
    ['validate-json', ['validate', '--json']],
    ['lock', ['lock', '--check']],
    ['plan', ['plan']],
    ['plan-production', ['plan', '-e', 'production']],
    ['diff', ['diff', 'gatehouse-1.0.yaml', 'gatehouse.yaml']],
    ['policy-test', ['policy', 'test']],
    ['explain', ['explain', 'GH-INJ-001', '--state', 'state']],
    ['explain-unknown', ['explain', 'GH-XXX-001', '--state', 'state']],
  ])('prints %s as it is on file', async (name, args) => {
    const project = join(folder, `example-${name}`)
    await cp(EXAMPLE, project, { recursive: true })
    await expect(normalised(await run(args, { in: project }))).toMatchFileSnapshot(golden(name))
  })

  test('is validated the same from another folder', async () => {
    expect((await run(['validate', '-p', EXAMPLE])).out).toBe((await run(['validate'], { in: EXAMPLE })).out)
  })

  test('is colourful on a terminal and only there', async () => {
    expect((await run(['validate', '-p', EXAMPLE], { hasColor: true })).out).toContain('\u001b[')
    expect((await run(['validate', '-p', EXAMPLE])).out).not.toContain('\u001b')
  })
})

/** A project that a gate decides in the named way, and the exit code of that. */
const PROJECTS: readonly {
  name: string
  manifest: ManifestOptions
  rules: string
  args: readonly string[]
  code: number
}[] = [
  { name: 'released', manifest: {}, rules: '', args: [], code: 0 },
  { name: 'blocked', manifest: {}, rules: VERSION_RULE, args: [], code: 1 },
  { name: 'inconclusive', manifest: { suites: ['suites/few.yaml'] }, rules: OVERBLOCK_RULE, args: [], code: 3 },
  { name: 'errored', manifest: { suites: ['suites/few.yaml'] }, rules: OVERBLOCK_RULE, args: ['--no-run'], code: 3 },
  { name: 'pending', manifest: {}, rules: '', args: ['--env', 'production'], code: 5 },
]

async function projectOf({ name, manifest, rules }: (typeof PROJECTS)[number], run_: string): Promise<string> {
  const at = join(folder, run_, name)
  return manifest.suites === undefined
    ? writeTinyProject(at, tinyManifest(manifest), tinyPack(rules))
    : writeSuiteProject(at, rules, manifest)
}

describe.each(PROJECTS)('a gate that ends $name', (project) => {
  test(`exits ${project.code}, says so on file, and 0 if it is only advice`, async () => {
    const at = await projectOf(project, 'human')
    const ran = await run(['gate', ...project.args], { in: at })
    expect(ran.code).toBe(project.code)
    expect(ran.out).toContain(`Exiting ${project.code}`)
    await expect(normalised(ran)).toMatchFileSnapshot(golden(`gate-${project.name}`))
    const advisory = await run(['gate', ...project.args, '--advisory'], { in: at })
    expect(advisory.code).toBe(0)
    expect(advisory.out.includes('nothing is released by this')).toBe(project.code !== 0)
    expect(advisory.out).toContain(`Exiting ${project.code}`)
  })

  test('reports it in every format, to files and to the screen, with the same code', async () => {
    const at = await projectOf(project, 'formats')
    const formats = ['json', 'sarif', 'junit', 'markdown']
    const ran = await run(
      ['gate', ...project.args, ...formats.flatMap((format) => ['--format', format, '-o', `out.${format}`])],
      { in: at },
    )
    expect(ran.code).toBe(project.code)
    expect(ran.out).toContain(`Exiting ${project.code}`)
    const text = async (format: string): Promise<string> => readFile(join(at, `out.${format}`), 'utf8')
    const verdict =
      project.name === 'pending' ? 'pending-approval' : project.name === 'errored' ? 'inconclusive' : project.name
    const json = JSON.parse(await text('json')) as {
      exitCode: number
      verdict: string
      gates: { outcome: string }[]
      next: object[]
    }
    expect(json).toMatchObject({ schemaVersion: 1, exitCode: project.code, verdict })
    const bad = json.gates.filter(({ outcome }) => outcome !== 'passed')
    expect(json.next).toHaveLength(bad.length)
    const sarif = JSON.parse(await text('sarif')) as { version: string; runs: { results: object[] }[] }
    expect([sarif.version, sarif.runs[0]?.results.length]).toEqual(['2.1.0', bad.length])
    expect(await text('junit')).toContain(`tests="${json.gates.length}"`)
    expect(await text('markdown')).toContain(`: ${verdict}\n`)
    const screen = await run(['gate', ...project.args, '--format', 'json'], { in: at })
    expect(screen.code).toBe(project.code)
    expect(JSON.parse(screen.out)).toMatchObject({ exitCode: project.code })
  })
})

describe('hostile text', () => {
  const isInert = (text: string): boolean =>
    !['\u001b', '\u0007', '\u009b', '\u202e'].some((char) => text.includes(char))
  const ESCAPE = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e'

  test('in a manifest reaches no terminal, file report or message', async () => {
    const evil = `evil ${ESCAPE}`
    const manifest = tinyManifest({ title: evil, extra: 'journeys: []\n' }).replace(
      'Answer questions about orders',
      JSON.stringify(evil),
    )
    const rules = VERSION_RULE.replace('a first version is not released', JSON.stringify(evil))
      .replace('raise the version', JSON.stringify(evil))
      .replace('It is no first version', JSON.stringify(evil))
    const at = await writeTinyProject(join(folder, 'hostile'), manifest, tinyPack(rules))
    for (const args of [
      ['validate'],
      ['plan'],
      ['gate', '-v'],
      ['explain', 'GH-VER-001'],
      ['policy', 'test'],
      ['risk', 'list', '-s', 'shop-bot'],
      ['kill', 'on', '-s', 'shop-bot', '--reason', evil],
      ['kill', 'list', '-s', 'shop-bot'],
      ['gate', '--format', 'markdown'],
      ['gate', '--format', 'junit'],
      ['gate', '--format', 'json'],
      ['gate', '--format', 'sarif'],
    ]) {
      const ran = await run(args, { in: at })
      expect(isInert(ran.error), args.join(' ')).toBe(true)
      expect(isInert(ran.out), args.join(' ')).toBe(true)
    }
  })

  test('in what is broken about a manifest is inert in its message', async () => {
    const at = await writeTinyProject(
      join(folder, 'broken'),
      tinyManifest().replace('audience: customers', `audience: ${JSON.stringify(ESCAPE)}`),
    )
    const ran = await run(['validate'], { in: at })
    expect(ran.code).toBe(2)
    expect(isInert(ran.error)).toBe(true)
    const unknown = await run([`\u001b[31mfly`])
    expect([unknown.code, isInert(unknown.error)]).toEqual([2, true])
  })
})

describe('a state folder that cannot be used', () => {
  const STATEFUL: readonly (readonly string[])[] = [
    ['gate'],
    ['explain', 'GH-GRD-001'],
    ['exception', 'list', '-s', 'shop-bot'],
    ['exception', 'approve', 'EX-1'],
    ['exception', 'deny', 'EX-1'],
    ['approve', '-s', 'shop-bot', '--release', `sha256:${'0'.repeat(64)}`, '-e', 'local', '--role', 'product'],
    ['risk', 'list', '-s', 'shop-bot'],
    ['kill', 'on', '-s', 'shop-bot', '--reason', 'r'],
    ['kill', 'off', 'D-1', '--reason', 'r'],
    ['kill', 'list', '-s', 'shop-bot'],
    ['incident', 'list', '-s', 'shop-bot'],
    ['incident', 'show', 'INC-1'],
    ['incident', 'contain', 'INC-1', '--note', 'n'],
    ['incident', 'learn', 'INC-1', '--request', 'r'],
    ['alert', 'list', '-s', 'shop-bot'],
    ['evidence', 'pack', '-s', 'shop-bot', '-o', 'pack.zip'],
    ['kpi', '-s', 'shop-bot'],
    ['serve', '--port', '0'],
    ['console'],
  ]

  test.each(STATEFUL.map((args) => [args] as const))('makes %j exit 2 with the reason', async (args) => {
    const at = await writeTinyProject(join(folder, 'stateless'))
    await writeFile(join(at, 'file'), 'no folder')
    for (const state of ['file', 'file/below', '/dev/null/below']) {
      const ran = await run([...args, '--state', state], { in: at })
      expect([ran.code, ran.out]).toEqual([2, ''])
      expect(ran.error).toMatch(/error .+\n {2}next: /)
      expect(ran.error).not.toMatch(/internal error|\n {4}at /)
    }
  })

  test.skipIf(process.getuid?.() === 0)('as one that is read-only does', async () => {
    const at = await writeTinyProject(join(folder, 'read-only'))
    await mkdir(join(at, 'state'))
    await chmod(join(at, 'state'), 0o500)
    expect((await run(['gate', '--state', 'state'], { in: at })).code).toBe(2)
  })
})
