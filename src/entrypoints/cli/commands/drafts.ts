import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { askDraftModel, type DraftModel } from '../../../adapters/draft/draft-model.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { utf8 } from '../../../base/bytes.ts'
import { digestOfBytes } from '../../../base/digest.ts'
import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { parseDraftReply, type AlertsDraft } from '../../../contract/draft/draft-content.ts'
import { draftSystemPrompt, draftUserPrompt } from '../../../contract/draft/draft-prompt.ts'
import { renderDraft } from '../../../contract/draft/render-draft.ts'
import type { InputOf } from '../../../contract/http/operations.ts'
import type { Draft, DraftKind } from '../../../domain/draft/draft.ts'
import { sendableText } from '../../../domain/draft/sendable-text.ts'
import { printList, type ListOptions } from '../listing/print-list.ts'
import { tablePrinter } from '../print-table.ts'
import type { Session, SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

interface DraftOptions extends SessionOptions {
  readonly kind: DraftKind
  readonly system: string
  readonly from?: string | undefined
  readonly project: string
  readonly incident?: string | undefined
  readonly url?: string | undefined
  readonly model?: string | undefined
  readonly keyFrom: string
  readonly dryRun: boolean
  readonly json: boolean
}

interface Prompt {
  readonly system: string
  readonly user: string
  readonly redactions: number
}

/** `gatehouse draft KIND`: asks the configured model, checks its answer's form, keeps it as a draft. */
export function draftCommand(terminal: Terminal, options: DraftOptions): Promise<number> {
  return withSession<{ readonly prompt: Prompt; readonly draft: Draft | undefined }>(
    terminal,
    options,
    async (session) => {
      const prompt = await promptOf(terminal, session, options)
      if (!prompt.ok) return prompt
      if (options.dryRun) return ok({ prompt: prompt.value, draft: undefined })
      const made = await makeDraft(terminal, session, options, prompt.value)
      return made.ok ? ok({ prompt: prompt.value, draft: made.value }) : made
    },
    ({ prompt, draft }) => {
      if (draft === undefined) {
        if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, ...prompt }, 2))
        printLine(terminal, inert(`${prompt.system}\n\n${prompt.user}`))
        return printLine(terminal, `nothing was sent; ${valuesOf(prompt.redactions)} would be left out`)
      }
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, ...draft }, 2))
      printLine(terminal, inert(renderDraft(draft)))
      printLine(
        terminal,
        `draft ${draft.id} by ${inert(draft.model)}; ${valuesOf(draft.redactions)} left out of what was sent`,
      )
      printLine(terminal, `next: read it, then gatehouse draft accept ${draft.id}`)
    },
  )
}

async function promptOf(terminal: Terminal, session: Session, options: DraftOptions): Promise<Result<Prompt, Problem>> {
  const source = await sourceOf(terminal, session, options)
  if (!source.ok) return source
  const guarded = sendableText(source.value)
  if (guarded.kind === 'unreadable')
    return fail({
      code: 'draft/not-sendable',
      message: `the source is not sent: ${guarded.why}`,
      next: 'shorten or clean it; nothing was sent',
    })
  return ok({
    system: draftSystemPrompt(options.kind),
    user: draftUserPrompt(guarded.text),
    redactions: guarded.redactions,
  })
}

// oxlint-disable-next-line max-params -- who asks, where it is kept, what for, and what is sent
async function makeDraft(
  terminal: Terminal,
  session: Session,
  options: DraftOptions,
  prompt: Prompt,
): Promise<Result<Draft, Problem>> {
  const model = modelOf(terminal, options)
  if (!model.ok) return model
  const reply = await askDraftModel(model.value, prompt, terminal.interrupted)
  if (!reply.ok) return reply
  const content = parseDraftReply(options.kind, reply.value)
  if (!content.ok) return content
  if (options.kind === 'alerts') {
    const unknown = (content.value as unknown as AlertsDraft).groups
      .flatMap(({ alerts }) => alerts)
      .find((id) => !prompt.user.includes(id))
    if (unknown !== undefined)
      return fail({
        code: 'draft/bad-reply',
        message: `the model named an alert that it was not shown: \`${unknown}\``,
        next: 'ask again, or ask another model; nothing was stored',
      })
  }
  const { system, kind } = options
  const recorded = await session.call('recordDraft', {
    system,
    kind,
    content: content.value as InputOf<'recordDraft'>['content'],
    model: model.value.model,
    endpoint: new URL(model.value.baseUrl).origin,
    promptDigest: digestOfBytes(nodeSha256, utf8(`${prompt.system}\n${prompt.user}`)),
    redactions: prompt.redactions,
  })
  return recorded.ok ? ok(recorded.value as unknown as Draft) : recorded
}

/** SECURITY: there is no endpoint but the one that somebody named. */
function modelOf({ environment }: Terminal, options: DraftOptions): Result<DraftModel, Problem> {
  const baseUrl = options.url ?? environment['GATEHOUSE_DRAFT_URL'] ?? ''
  const model = options.model ?? environment['GATEHOUSE_DRAFT_MODEL'] ?? ''
  if (baseUrl === '' || model === '')
    return fail({
      code: 'draft/no-model',
      message: 'no model is configured for drafts, so nobody is asked',
      next: 'set GATEHOUSE_DRAFT_URL and GATEHOUSE_DRAFT_MODEL, or use --url and --model; --dry-run shows what would be sent',
    })
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol))
    return fail({ code: 'draft/no-model', message: `\`${baseUrl}\` is no http or https URL`, next: 'correct the URL' })
  return ok({ baseUrl, model, apiKey: environment[options.keyFrom] })
}

async function sourceOf(terminal: Terminal, session: Session, options: DraftOptions): Promise<Result<string, Problem>> {
  const { kind, from, project, incident, system } = options
  if (from !== undefined) return readSource(resolve(terminal.workingFolder, from))
  switch (kind) {
    case 'threats':
    case 'attacks':
      return readSource(resolve(terminal.workingFolder, project, 'gatehouse.yaml'))
    case 'alerts': {
      const alerts = await session.call('listAlerts', { system })
      if (!alerts.ok) return alerts
      const open = alerts.value.items.filter(({ status }) => status === 'open')
      return open.length === 0
        ? fail({
            code: 'draft/no-source',
            message: `no alert of \`${system}\` is open`,
            next: 'there is nothing to group',
          })
        : ok(open.map((alert) => JSON.stringify(alert)).join('\n'))
    }
    case 'narrative': {
      if (incident === undefined) break
      const found = await session.call('getIncident', { id: incident })
      return found.ok ? ok(JSON.stringify(found.value, null, 1)) : found
    }
    case 'control':
      break
  }
  return fail({
    code: 'draft/no-source',
    message: 'there is nothing to draft from',
    next: kind === 'narrative' ? 'name an incident with --incident, or a file with --from' : 'name a file with --from',
  })
}

async function readSource(path: string): Promise<Result<string, Problem>> {
  try {
    return ok(await readFile(path, 'utf8'))
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail({ code: 'draft/no-source', message: `\`${path}\` cannot be read`, next: 'check the path' })
  }
}

/** `gatehouse draft list`. */
export function draftListCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system?: string; readonly status?: string },
): Promise<number> {
  const { system, status } = options
  const printRows = tablePrinter(terminal, ['id', 'kind', 'system', 'state', 'model', 'asked by', 'day'])
  return printList(
    terminal,
    options,
    { operation: 'listDrafts', input: { system, status } as InputOf<'listDrafts'> },
    {
      member: 'drafts',
      print: (items) =>
        printRows(
          (items as unknown as readonly Draft[]).map(({ id, kind, system: of, state, model, askedBy, at }) => [
            id,
            kind,
            of,
            state,
            model,
            askedBy,
            toRfc3339(epochMs(at)).slice(0, 10),
          ]),
        ),
      printNone: () => printRows([]),
    },
  )
}

/** `gatehouse draft show`. */
export function draftShowCommand(
  terminal: Terminal,
  options: SessionOptions & { readonly id: string; readonly json: boolean },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('getDraft', { id: options.id }),
    (draft) => printDraft(terminal, draft as unknown as Draft, options.json),
  )
}

/** `gatehouse draft accept` and `reject`. */
export function draftDecideCommand(
  terminal: Terminal,
  options: SessionOptions & {
    readonly id: string
    readonly decision: 'accept' | 'reject'
    readonly note: string
    readonly json: boolean
  },
): Promise<number> {
  const { id, decision, note } = options
  return withSession(
    terminal,
    options,
    (session) => session.call('decideDraft', { id, decision, note }),
    (value) => {
      const draft = value as unknown as Draft
      if (draft.state === 'rejected' && !options.json)
        return printLine(terminal, `${draft.id} rejected by ${inert(draft.decidedBy ?? '')}`)
      printDraft(terminal, draft, options.json)
    },
  )
}

function printDraft(terminal: Terminal, draft: Draft, isJson: boolean): void {
  if (isJson) return printLine(terminal, inertJson({ schemaVersion: 1, ...draft }, 2))
  terminal.out(inert(renderDraft(draft)))
}

function valuesOf(count: number): string {
  return count === 1 ? '1 value' : `${count} values`
}
