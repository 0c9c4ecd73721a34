// Each template as a new user meets it: the real program in an empty folder, the commands of its own pipelines, then its weakness.
import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shippedTemplates } from '../../src/adapters/template/shipped-templates.ts'
import { isJsonObject, type Json } from '../../src/base/json.ts'
import { tempFolder } from '../support/temp-folder.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PROGRAM = join(ROOT, 'bin', 'gatehouse')
const run = promisify(execFile)
const cleanUp = new AsyncDisposableStack()
const templates = (await shippedTemplates()).map(({ head }) => head)
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

async function gatehouse(workingFolder: string, args: readonly string[]): Promise<Ran> {
  const { OPENAI_BASE_URL: _, GATEHOUSE_STATE: __, ...environment } = process.env
  try {
    const { stdout, stderr } = await run(process.execPath, [PROGRAM, ...args], { cwd: workingFolder, env: environment })
    return { code: 0, out: stdout, error: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as {
      readonly code?: unknown
      readonly stdout: string
      readonly stderr: string
    }
    if (typeof code !== 'number') throw error
    return { code, out: stdout, error: stderr }
  }
}

/** Every text under one of the keys, in order, wherever it stands in a document. */
function textsUnder(value: Json | undefined, keys: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => textsUnder(item, keys))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) => {
    if (!keys.includes(key)) return textsUnder(item, keys)
    return typeof item === 'string' ? [item] : Array.isArray(item) ? item.filter((one) => typeof one === 'string') : []
  })
}

const PIPELINES: readonly (readonly [string, (text: string) => readonly string[]])[] = [
  ['.github/workflows/gatehouse.yml', (text) => textsUnder(parse(text) as Json, ['run'])],
  ['.gitlab-ci.yml', (text) => textsUnder(parse(text) as Json, ['script'])],
  ['azure-pipelines.yml', (text) => textsUnder(parse(text) as Json, ['script'])],
  ['Jenkinsfile', (text) => [...text.matchAll(/^\s*sh '([^'\n]+)'$/gm)].map((match) => match[1] ?? '')],
]

/** The commands of the four pipelines, which must be the same; without the installation, which needs a registry. */
async function pipelineCommands(project: string): Promise<readonly (readonly string[])[]> {
  const all: (readonly string[])[] = []
  for (const [file, commandsOf] of PIPELINES) all.push(commandsOf(await readFile(join(project, file), 'utf8')))
  for (const commands of all) expect(commands).toEqual(all[0])
  const [first = [], ...rest] = (all[0] ?? []).map((command) => command.split(' '))
  expect(first).toEqual(['npm', 'install', '--ignore-scripts'])
  expect(rest.every(([npx, name]) => npx === 'npx' && name === 'gatehouse')).toBe(true)
  return rest.map((words) => words.slice(2))
}

describe.each(templates)('template $metadata.id', ({ metadata: { id }, weakness }) => {
  let project: string

  beforeAll(async () => {
    const made = await gatehouse(folder, ['init', '--template', id])
    expect(made).toMatchObject({ code: 0, error: '' })
    project = join(folder, id)
  })

  test('passes its own gate with the commands of its four pipelines, which are the same', async () => {
    const commands = await pipelineCommands(project)
    // Initialise, change into it and install are three more.
    expect(commands.length + 3).toBeLessThan(10)
    for (const command of commands) {
      const ran = await gatehouse(project, command)
      expect([command.join(' '), ran.code, ran.code === 0 ? '' : ran.out + ran.error]).toEqual([
        command.join(' '),
        0,
        '',
      ])
      if (command[0] === 'gate') expect(ran.out).toContain('SIMULATED')
    }
    expect(JSON.parse(await readFile(join(project, 'gate.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' })
    expect(await readFile(join(project, 'gate.xml'), 'utf8')).toContain('<testsuite')
  })

  test('binds every pack that its own intake asks for', async () => {
    const { packs } = JSON.parse((await gatehouse(project, ['intake', '--json'])).out) as {
      readonly packs: readonly { readonly pack: string }[]
    }
    const { policies } = parse(await readFile(join(project, 'gatehouse.yaml'), 'utf8')) as { policies: string[] }
    expect(packs.length).toBeGreaterThan(1)
    expect(packs.map(({ pack }) => pack).filter((pack) => !policies.includes(pack))).toEqual([])
  })

  test('is blocked by the rule that its read-me names once its weakness is put in, and green without it', async () => {
    const file = join(project, weakness.file)
    const sound = await readFile(file, 'utf8')
    expect(sound).toContain(weakness.find)
    const readme = await readFile(join(project, 'README.md'), 'utf8')
    expect(readme).toContain(`blocked by \`${weakness.blockedBy}\``)
    await writeFile(file, sound.replaceAll(weakness.find, weakness.replace))
    const weak = await gatehouse(project, ['gate', '--format', 'json'])
    const verdict = JSON.parse(weak.out) as { verdict: string; gates: { id: string; outcome: string }[] }
    expect([weak.code, verdict.verdict]).toEqual([1, 'blocked'])
    expect(verdict.gates.find((result) => result.id === weakness.blockedBy)?.outcome).toBe('failed')
    await writeFile(file, sound)
    expect((await gatehouse(project, ['gate'])).code).toBe(0)
  })

  test('names in its read-me the command that puts the weakness in', async () => {
    const readme = await readFile(join(project, 'README.md'), 'utf8')
    const [, pattern = '', replacement = '', file] =
      /^\$ sed -i 's\/((?:[^/\\]|\\.)+)\/((?:[^/\\]|\\.)*)\/g' (\S+)$/m.exec(readme) ?? []
    expect(file).toBe(weakness.file)
    expect(pattern.replaceAll(/\\(.)/g, '$1')).toBe(weakness.find)
    expect(replacement.replaceAll(/\\(.)/g, '$1')).toBe(weakness.replace)
  })

  test('links in its pages lead to files of it', async () => {
    for (const page of ['README.md', 'docs/architecture.md']) {
      const text = await readFile(join(project, page), 'utf8')
      const paths = [...text.matchAll(/`((?:app|docs|suites|policies|prompts|tools|data|kb)\/[\w./-]*)`/g)].map(
        (match) => match[1] ?? '',
      )
      for (const path of paths)
        await expect(
          readFile(join(project, path)).catch((error: NodeJS.ErrnoException) => error.code),
        ).resolves.not.toBe('ENOENT')
    }
  })
})

test('the applications are typed against the public SDK', async () => {
  const types = join(ROOT, 'src', 'entrypoints', 'sdk', 'index.ts')
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      allowImportingTsExtensions: true,
      lib: ['es2024', 'esnext.disposable', 'esnext.iterator', 'esnext.collection', 'dom'],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
      paths: { 'gatehouse/sdk': [types] },
    },
    include: templates.map(({ metadata }) => `${metadata.id}/app/**/*.ts`),
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const checked = await run(process.execPath, [tsc, '-p', folder]).catch((error: { readonly stdout: string }) => error)
  expect(checked.stdout).toBe('')
})

describe('init', () => {
  test('lists the templates when none is named', async () => {
    const listed = await gatehouse(folder, ['init', '--json'])
    const { templates: shown } = JSON.parse(listed.out) as { templates: { id: string }[] }
    expect(shown.map(({ id }) => id)).toEqual(['fine-tuned-model', 'rag-assistant', 'tool-agent', 'vendor-model'])
    expect((await gatehouse(folder, ['init'])).out).toContain('rag-assistant')
  })

  test('writes what it says, and nothing over what is there', async () => {
    const made = await gatehouse(folder, ['init', '--template', 'vendor-model', 'mine', '--json'])
    const { files } = JSON.parse(made.out) as { files: string[] }
    expect(files).toEqual(
      expect.arrayContaining(['.gitignore', 'gatehouse.yaml', 'Jenkinsfile', 'docs/architecture.md']),
    )
    expect(files).not.toContain('template.yaml')
    const before = await readFile(join(folder, 'mine', 'gatehouse.yaml'), 'utf8')
    const again = await gatehouse(folder, ['init', '--template', 'rag-assistant', 'mine'])
    expect(again.code).toBe(2)
    expect(again.error).toContain('init/exists')
    expect(await readFile(join(folder, 'mine', 'gatehouse.yaml'), 'utf8')).toBe(before)
    await expect(readFile(join(folder, 'mine', 'kb', 'documents.jsonl'))).rejects.toThrow('ENOENT')
  })

  test('fills a folder that holds other things only', async () => {
    await mkdir(join(folder, 'kept', '.git'), { recursive: true })
    await writeFile(join(folder, 'kept', 'NOTES.md'), 'mine')
    expect((await gatehouse(join(folder, 'kept'), ['init', '-t', 'vendor-model', '.'])).code).toBe(0)
    expect(await readFile(join(folder, 'kept', 'NOTES.md'), 'utf8')).toBe('mine')
  })

  test('does not follow a link out of the folder', async () => {
    await mkdir(join(folder, 'linked'))
    await mkdir(join(folder, 'elsewhere'))
    await symlink(join(folder, 'elsewhere'), join(folder, 'linked', 'app'))
    const refused = await gatehouse(folder, ['init', '-t', 'vendor-model', 'linked'])
    expect([refused.code, refused.error.includes('init/exists')]).toEqual([2, true])
    await expect(readFile(join(folder, 'elsewhere', 'agent.ts'))).rejects.toThrow('ENOENT')
    await expect(readFile(join(folder, 'linked', 'gatehouse.yaml'))).rejects.toThrow('ENOENT')
  })

  test.each([
    ['a template that is none', ['init', '-t', 'chat'], 'init/unknown-template'],
    ['a path for a template', ['init', '-t', '../policies'], 'init/unknown-template'],
    ['the folder of what all share', ['init', '-t', 'shared'], 'init/unknown-template'],
    ['a folder without a template', ['init', 'somewhere'], 'init/no-template'],
    ['a file for a folder', ['init', '-t', 'vendor-model', 'tsconfig.json'], 'init/exists'],
  ])('refuses %s', async (_, args, code) => {
    await writeFile(join(folder, 'tsconfig.json'), '{}', { flag: 'a' })
    const refused = await gatehouse(folder, args)
    expect([refused.code, refused.error.includes(code)]).toEqual([2, true])
  })
})

test('two manifests of a template are compared by behaviour: each is asked with its own prompt and model', async () => {
  const made = await gatehouse(folder, ['init', 'compared', '--template', 'vendor-model'])
  expect(made).toMatchObject({ code: 0, error: '' })
  const project = join(folder, 'compared')
  const [manifest, prompt] = await Promise.all([
    readFile(join(project, 'gatehouse.yaml'), 'utf8'),
    readFile(join(project, 'prompts/system.md'), 'utf8'),
  ])
  await writeFile(join(project, 'prompts/next.md'), `${prompt}Answer in short sentences.\n`)
  const next = manifest.replace('prompts/system.md', 'prompts/next.md')
  await writeFile(join(project, 'next.yaml'), next.replace(/model: gpt-[\w.-]+/, 'model: gpt-4.1-2025-04-14'))
  const command = 'prompt diff system gatehouse.yaml next.yaml --suite suites/benign.yaml --margin 0.05'
  const ran = await gatehouse(project, command.split(' '))
  expect([ran.code, ran.error]).toEqual([0, expect.not.stringContaining('error')])
  expect(ran.out).toContain('+ Answer in short sentences.')
  expect(ran.out).not.toContain('release_not_approved')
})
