import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadCatalogue } from '../../src/adapters/catalogue/load-catalogue.ts'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { parseCatalogueFile } from '../../src/contract/controls/parse-catalogue.ts'
import { parseDraftReply } from '../../src/contract/draft/draft-content.ts'
import { draftUserPrompt } from '../../src/contract/draft/draft-prompt.ts'
import { renderDraft } from '../../src/contract/draft/render-draft.ts'
import { parseSuite, parseSuiteHead } from '../../src/contract/suite/parse-suite.ts'
import { parseThreats } from '../../src/contract/threats/parse-threats.ts'
import { DRAFT_KINDS, type Draft } from '../../src/domain/draft/draft.ts'
import { sendableText, SOURCE_CHARS_MAX } from '../../src/domain/draft/sendable-text.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { DRAFT_REPLIES } from '../support/draft-replies.ts'
import { startPlaneOrThrow } from '../support/gateway-stack.ts'
import { completion, scriptedOpenAI, type ScriptedOpenAI } from '../support/scripted-openai.ts'
import { writeSuiteProject } from '../support/suite-project.ts'
import { tempFolder } from '../support/temp-folder.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string
let server: ScriptedOpenAI
let reply: string

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  server = cleanUp.use(await scriptedOpenAI(() => ({ json: completion({ content: reply }) })))
  // One owner for the whole file: the commands speak to it.
  cleanUp.use(await startPlaneOrThrow(join(folder, '.gatehouse')))
  await writeFile(join(folder, 'policy.txt'), 'Agents must not e-mail customers outside their tenant. AL-1')
})
afterAll(() => cleanUp.disposeAsync())
beforeEach(() => {
  reply = JSON.stringify(DRAFT_REPLIES.control)
  server.asked.length = 0
})

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function cli(args: readonly string[], environment: Record<string, string> = {}): Promise<Ran> {
  const terminal = capturedTerminal(folder, {
    environment: {
      USER: 'ana',
      GATEHOUSE_DRAFT_URL: server.baseURL,
      GATEHOUSE_DRAFT_MODEL: 'writer-1',
      GATEHOUSE_DRAFT_KEY: 'k-1',
      ...environment,
    },
  })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

async function drafted(kind: keyof typeof DRAFT_REPLIES): Promise<Draft> {
  reply = JSON.stringify(DRAFT_REPLIES[kind])
  const made = await cli(['draft', kind, '-s', 'mail-bot', '--from', 'policy.txt', '--json'])
  expect([made.code, made.error]).toEqual([0, ''])
  return JSON.parse(made.out) as Draft
}

describe.each(DRAFT_KINDS)('a draft of %s', (kind) => {
  test('is asked for in the words of the protocol, kept apart, marked, and accepted by name', async () => {
    const draft = await drafted(kind)
    expect(draft).toMatchObject({ kind, state: 'draft', model: 'writer-1', askedBy: 'ana', decidedBy: null })
    expect(draft.promptDigest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(server.asked).toMatchObject([
      {
        model: 'writer-1',
        temperature: 0,
        max_completion_tokens: 8_000,
        messages: [{ role: 'system' }, { role: 'user' }],
      },
    ])
    const shown = await cli(['draft', 'show', draft.id])
    const accepted = await cli(['draft', 'accept', draft.id, '--as', 'mara:policy'])
    expect([shown.code, accepted.code]).toEqual([0, 0])
    if (kind !== 'attacks') {
      expect(shown.out).toMatch(/DRAFT.*nobody has accepted this/)
      expect(accepted.out).toMatch(/Accepted by mara/)
      expect(accepted.out).toContain(draft.promptDigest)
    } else expect([shown.out.includes('"draft":'), accepted.out.includes('"draft":')]).toEqual([true, false])
    const again = await cli(['draft', 'reject', draft.id, '--as', 'lea:legal'])
    expect([again.code, again.error.includes('draft/decided')]).toEqual([2, true])
  })
})

const asDraft = (kind: keyof typeof DRAFT_REPLIES, state: Draft['state']): Draft =>
  ({
    id: '01J',
    system: 's',
    kind,
    state,
    content: DRAFT_REPLIES[kind],
    model: 'writer-1',
    promptDigest: `sha256:${'0'.repeat(64)}`,
    at: 0,
    decidedBy: 'mara',
    decidedAt: 1,
  }) as unknown as Draft

describe('what decides refuses a draft, and takes the accepted one', () => {
  test('the catalogue of controls', async () => {
    const project = join(folder, 'controls')
    await mkdir(join(project, 'catalog', 'controls'), { recursive: true })
    const file = join(project, 'catalog', 'controls', 'drafted.yaml')
    await writeFile(file, renderDraft(asDraft('control', 'draft')))
    expect((await loadCatalogue(project)).ok).toBe(false)
    await writeFile(file, renderDraft(asDraft('control', 'accepted')))
    const loaded = await loadCatalogue(project)
    expect(loaded.ok && loaded.value.controls.some(({ id }) => id === 'CTL-HOU-001')).toBe(true)
    expect(parseCatalogueFile('x.yaml', renderDraft(asDraft('control', 'rejected'))).ok).toBe(false)
  })

  test('the catalogue of threats', () => {
    expect(parseThreats('x.yaml', renderDraft(asDraft('threats', 'draft'))).ok).toBe(false)
    expect(parseThreats('x.yaml', renderDraft(asDraft('threats', 'accepted'))).ok).toBe(true)
  })

  test('a suite, and with it the gate', async () => {
    const project = join(folder, 'suite')
    const subject = { tenant: 't', principal: 'p', roles: [] }
    const lineOf = (state: Draft['state']): string =>
      `${JSON.stringify({ ...(JSON.parse(renderDraft(asDraft('attacks', state))) as object), subject })}\n`
    await writeSuiteProject(project, '', {}, { 'suites/few.jsonl': lineOf('draft') })
    const head = parseSuiteHead('suites/few.yaml', await readFile(join(project, 'suites', 'few.yaml'), 'utf8'))
    if (!head.ok) throw new Error('the head is sound')
    expect(parseSuite(nodeSha256, head.value, '', { file: 'x', text: lineOf('draft') }).ok).toBe(false)
    expect(parseSuite(nodeSha256, head.value, '', { file: 'x', text: lineOf('accepted') }).ok).toBe(true)
    const gated = await cli(['gate', '-p', project])
    expect(gated.code).toBe(2)
    expect(gated.error).toContain('suites/few.jsonl:1')
    await writeFile(join(project, 'suites', 'few.jsonl'), lineOf('accepted'))
    expect((await cli(['gate', '-p', project])).code).toBe(0)
  })

  test('the state: a gate decides alike with and without drafts', async () => {
    const project = join(folder, 'same')
    await writeSuiteProject(project, '')
    const facts = async (): Promise<unknown> => {
      const {
        gates,
        verdict,
        facts: read,
      } = JSON.parse((await cli(['gate', '-p', project, '--format', 'json'])).out) as Record<string, unknown>
      return { gates, verdict, read }
    }
    const before = await facts()
    reply = JSON.stringify(DRAFT_REPLIES.control)
    expect((await cli(['draft', 'control', '-s', 'shop-bot', '--from', 'policy.txt'])).code).toBe(0)
    expect(await facts()).toEqual(before)
  })
})

describe('without configuration', () => {
  test.each([
    ['no endpoint', { GATEHOUSE_DRAFT_URL: '' }],
    ['no model', { GATEHOUSE_DRAFT_MODEL: '' }],
    ['no URL', { GATEHOUSE_DRAFT_URL: 'writer' }],
    ['another scheme', { GATEHOUSE_DRAFT_URL: 'file:///etc/passwd' }],
  ])('nobody is asked: %s', async (_, environment) => {
    const refused = await cli(['draft', 'control', '-s', 'mail-bot', '--from', 'policy.txt'], environment)
    expect([refused.code, refused.error.includes('draft/no-model')]).toEqual([2, true])
    expect(server.asked).toEqual([])
  })

  test('--dry-run shows what would be sent, and sends nothing', async () => {
    const shown = await cli(['draft', 'control', '-s', 'mail-bot', '--from', 'policy.txt', '--dry-run'], {
      GATEHOUSE_DRAFT_URL: '',
    })
    expect([shown.code, shown.out]).toEqual([0, expect.stringContaining('Agents must not e-mail customers')])
    expect(server.asked).toEqual([])
  })
})

describe('what is sent', () => {
  const KEY = ['AKIA', 'QYLPMN5HFIQR7XYA'].join('')

  test('holds neither secrets nor personal data, and the draft says how many were left out', async () => {
    await writeFile(join(folder, 'leaky.txt'), `Use ${KEY}. Write to bob.miller@example.org about it.`)
    const made = await cli(['draft', 'control', '-s', 'mail-bot', '--from', 'leaky.txt', '--json'])
    expect((JSON.parse(made.out) as Draft).redactions).toBe(2)
    expect(JSON.stringify(server.asked)).not.toMatch(new RegExp(`${KEY}|bob\\.miller`))
  })

  test('cannot end the marks that it stands between', () => {
    expect(draftUserPrompt('a</source>b<SOURCE>c').match(/<\/?source>/gi)).toHaveLength(2)
  })

  test('is nothing at all where the source cannot be judged', async () => {
    expect(sendableText('x'.repeat(SOURCE_CHARS_MAX + 1)).kind).toBe('unreadable')
    expect(sendableText('half \ud800 pair').kind).toBe('unreadable')
    await writeFile(join(folder, 'long.txt'), 'word '.repeat(SOURCE_CHARS_MAX))
    const refused = await cli(['draft', 'control', '-s', 'mail-bot', '--from', 'long.txt'])
    expect([refused.code, refused.error.includes('draft/not-sendable'), server.asked.length]).toEqual([2, true, 0])
  })

  test.each([
    ['a file that is not there', ['control', '--from', 'none.txt']],
    ['no file for a policy', ['control']],
    ['no incident for a narrative', ['narrative']],
    ['no open alert', ['alerts']],
  ])('is refused without a source: %s', async (_, args) => {
    const refused = await cli(['draft', ...args, '-s', 'mail-bot'])
    expect([refused.code, refused.error.includes('draft/no-source'), server.asked.length]).toEqual([2, true, 0])
  })
})

describe('what comes back', () => {
  test.each([
    ['prose', 'Here are your controls!'],
    ['nothing', ''],
    ['null, which says that there is nothing to draft', 'null'],
    ['another form', '{"controls":[]}'],
    ['an unknown key', JSON.stringify({ ...DRAFT_REPLIES.control, verdict: 'released' })],
    ['an escape sequence in a text', JSON.stringify(DRAFT_REPLIES.control).replace('Mail stays', '\\u001b[2JMail')],
    ['a direction mark in a text', JSON.stringify(DRAFT_REPLIES.control).replace('Mail stays', '\\u202eMail')],
    ['a prototype', '{"__proto__":{"controls":1}}'],
    ['two values', `${JSON.stringify(DRAFT_REPLIES.control)}\n{}`],
    ['more than is read', JSON.stringify({ controls: 'x'.repeat(200_001) })],
  ])('is stored only in the form that was asked for: %s', async (_, text) => {
    reply = text
    const before = await cli(['draft', 'list', '--json'])
    const refused = await cli(['draft', 'control', '-s', 'mail-bot', '--from', 'policy.txt'])
    expect([refused.code, refused.error.includes('draft/bad-reply')]).toEqual([2, true])
    expect((await cli(['draft', 'list', '--json'])).out).toBe(before.out)
  })

  test('may stand in one fence', () => {
    expect(parseDraftReply('narrative', `\`\`\`json\n${JSON.stringify(DRAFT_REPLIES.narrative)}\n\`\`\``).ok).toBe(true)
  })

  test('names no alert that was not shown', async () => {
    reply = JSON.stringify({ groups: [{ ...DRAFT_REPLIES.alerts.groups[0], alerts: ['AL-1', 'AL-999'] }] })
    const refused = await cli(['draft', 'alerts', '-s', 'mail-bot', '--from', 'policy.txt'])
    expect([refused.code, refused.error.includes('AL-999')]).toEqual([2, true])
  })

  test('is text where it looks like markup or YAML', () => {
    const hostile = 'x: [y](https://e.example) <img src=q onerror=1> ![p](//e) # no'
    const narrative = renderDraft({
      ...asDraft('narrative', 'draft'),
      content: { title: hostile, paragraphs: [hostile] },
    })
    expect(narrative).not.toMatch(/(?<!\\)[<[]/)
    const [control] = DRAFT_REPLIES.control.controls
    const yaml = renderDraft({
      ...asDraft('control', 'accepted'),
      content: { controls: [{ ...control, implementedIn: ['inference'], tiers: ['T1'], title: hostile }] },
    })
    expect((parse(yaml) as { controls: { title: string }[] }).controls[0]?.title).toBe(hostile)
    const model = renderDraft({ ...asDraft('control', 'draft'), model: 'm\nkind: ControlCatalogue' })
    expect((parse(model) as { kind: string }).kind).toBe('DraftControlCatalogue')
  })

  test('is told as the failure that it is where the endpoint fails', async () => {
    const refused = await cli(['draft', 'control', '-s', 'mail-bot', '--from', 'policy.txt'], {
      GATEHOUSE_DRAFT_URL: 'http://127.0.0.1:9/v1',
    })
    expect([refused.code, refused.error.includes('draft/model-failed')]).toEqual([2, true])
  })
})

test('a draft is decided on by people who may, and not by who only reads', async () => {
  const draft = await drafted('narrative')
  const refused = await cli(['draft', 'accept', draft.id, '--as', 'ada:auditor'])
  expect([refused.code, refused.error.includes('http/forbidden')]).toEqual([4, true])
  const unknown = await cli(['draft', 'accept', 'none', '--as', 'mara:policy'])
  expect([unknown.code, unknown.error.includes('draft/unknown')]).toEqual([2, true])
  const rejected = await cli(['draft', 'reject', draft.id, '--as', 'mara:policy'])
  expect([rejected.code, rejected.out]).toEqual([0, expect.stringContaining('rejected by mara')])
})
