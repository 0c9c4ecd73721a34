import { createHash } from 'node:crypto'
import { cursorOf } from '../src/application/state/page-cursor.ts'
import { epochMs } from '../src/base/instant.ts'
import { OPERATIONS, type OperationName } from '../src/contract/http/operations.ts'
import { countOf, idOf, NEWEST_AT, SYSTEMS, type Volume } from './storage-fill.ts'

/** One way to ask for something. */
export interface Case {
  readonly name: OperationName
  readonly what: string
  readonly input: (random: () => number) => object
}

const FRAMEWORK = 'eu-ai-act'
const CONTROL = 'CTL-AGT-001'
const PROMPT = 'system'

/**
 * Operations that read and have no row, each with the reason. What is neither measured nor here fails the bench's test.
 */
export const UNMEASURED: Readonly<Partial<Record<OperationName, string>>> = {
  viewShare:
    'each look appends an entry to the ledger first: it is a write, and measured as one it says nothing of queries',
  getJob:
    'the queue lies in the job library’s own tables, which this bench does not fill; an unknown id answers nothing',
  getWebhook: 'reads one record by id like every other detail, then the last deliveries from the queue, as `getJob`',
  queryLineage: 'the same reading as `getLineage`; a walk in memory comes after it',
}

/** Their cursors are of another kind than a record's instant and id. */
const OWN_CURSORS: readonly string[] = ['listJobs', 'listEscalations', 'listSystems', 'listGaps', 'listPrompts']

/** Statuses that lists of a kind are asked for, where the input does not take any word. */
const STATUSES: readonly string[] = ['open', 'denied']

/** Every operation that reads, each in the ways it can be asked. */
export function casesOf(volume: Volume): readonly Case[] {
  return (Object.keys(OPERATIONS) as OperationName[])
    .filter((name) => OPERATIONS[name].method === 'GET' && UNMEASURED[name] === undefined)
    .flatMap((name) => casesOfOperation(name, volume))
}

const pick = <Item>(random: () => number, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)] as Item
const system = (random: () => number): string => `system-${String(Math.floor(random() * SYSTEMS)).padStart(3, '0')}`
const middle = (random: () => number): string =>
  cursorOf({ at: epochMs(NEWEST_AT - Math.floor(random() * 89 * 86_400_000)), id: 'x' })

function casesOfOperation(name: OperationName, volume: Volume): readonly Case[] {
  const { path, input } = OPERATIONS[name]
  const fields = Object.keys((input as { shape?: object }).shape ?? {})
  const fixed = fixedInput(name, fields, volume)
  const cases: Case[] = [{ name, what: '', input: fixed }]
  const add = (what: string, more: (random: () => number) => object): void => {
    cases.push({ name, what, input: (random) => ({ ...fixed(random), ...more(random) }) })
  }
  const isFiltered = fields.includes('system') && name !== 'listEvidence' && !path.includes('{system}')
  const statuses = statusesOf(name)
  if (isFiltered) add('of a system', (random) => ({ system: system(random) }))
  if (fields.includes('status')) {
    add('of a status', (random) => ({ status: pick(random, statuses) }))
    add('of a system and a status', (random) => ({ system: system(random), status: pick(random, statuses) }))
  }
  if (fields.includes('cursor') && !OWN_CURSORS.includes(name))
    add('from the middle', (random) => ({ cursor: middle(random) }))
  if (fields.includes('limit')) add(`${pageOf(name).toLocaleString('en')} a page`, () => ({ limit: pageOf(name) }))
  if (fields.includes('points')) add('104 points', () => ({ points: 104 }))
  return cases
}

/** Largest page of a list. */
function pageOf(name: OperationName): number {
  const schema = OPERATIONS[name].input
  return (
    [1_000, 500, 200, 100].find(
      (limit) => schema.safeParse({ system: 'system-000', digest: digestOf(0), limit }).success,
    ) ?? 100
  )
}

function statusesOf(name: OperationName): readonly string[] {
  const allowed = STATUSES.filter((status) => OPERATIONS[name].input.safeParse({ status }).success)
  return allowed.length > 0
    ? allowed
    : ['in-review', 'drafted', 'asked', 'waiting'].filter(
        (status) => OPERATIONS[name].input.safeParse({ status }).success,
      )
}

function digestOf(release: number): string {
  return `sha256:${createHash('sha256').update(`release ${release}`).digest('hex')}`
}

function fixedInput(name: OperationName, fields: readonly string[], volume: Volume): Case['input'] {
  const { path, record } = OPERATIONS[name] as (typeof OPERATIONS)[OperationName] & {
    readonly record?: { readonly kind: Parameters<typeof countOf>[0]; readonly field: string }
  }
  return (random) => {
    // A release of its system: asked for together.
    const release = Math.floor(random() * volume.releases)
    const own = `system-${String(release % SYSTEMS).padStart(3, '0')}`
    return {
      ...(path.includes('{system}') || name === 'listEvidence' ? { system: own } : {}),
      ...(fields.includes('digest') ? { digest: digestOf(release) } : {}),
      ...(fields.includes('framework') ? { framework: FRAMEWORK } : {}),
      ...(fields.includes('control') ? { control: CONTROL } : {}),
      ...(name === 'getPrompt' ? { prompt: PROMPT, reference: 'production' } : {}),
      ...(record !== undefined && record.field === 'id'
        ? { id: idOf(record.kind, Math.floor(random() * countOf(record.kind, volume))) }
        : {}),
    }
  }
}
