import { readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsedJson } from '../../base/json.ts'
import type { Clock } from '../../base/instant.ts'
import { spoolLineSchema, type DecisionOutcome, type SpoolLine } from '../../contract/decision/decision-record.ts'
import { REFUSED, SEALED, type SealedFile } from './segment-queue.ts'

/** Segments that a crash left open: intents without an outcome become `unknown`. */
export async function recoverSpool(folder: string, clock: Clock): Promise<SealedFile[]> {
  const names = (await readdir(folder)).toSorted().filter((file) => file.endsWith('.open'))
  const open = await Promise.all(
    names.map(async (name) => ({ name, lines: linesOf(await readFile(join(folder, name), 'utf8')) })),
  )
  // A crash while segments change leaves two open: the outcome, or a second copy of the intent, may stand in the other.
  const settled = new Set(
    open.flatMap(({ lines }) => lines.filter((line) => line.kind === 'outcome').map(({ id }) => id)),
  )
  for (const { name, lines } of open) {
    const orphans = new Set(lines.filter((line) => line.kind === 'intent' && !settled.has(line.id)).map(({ id }) => id))
    const outcomes: DecisionOutcome[] = [...orphans].map((id) => ({
      kind: 'outcome',
      id,
      at: clock(),
      outcome: 'unknown',
      code: null,
      rule: null,
      action: 'allow',
      findings: [],
      tools: [],
      guardMs: 0,
      totalMs: 0,
      inputTokens: null,
      outputTokens: null,
      modelAnswered: null,
    }))
    for (const id of orphans) settled.add(id)
    const sealed = join(folder, name.replace(/\.open$/, SEALED))
    const text = [...lines, ...outcomes].map((line) => `${JSON.stringify(line)}\n`).join('')
    if (text !== '') {
      await writeFile(`${sealed}.draft`, text, { mode: 0o600, flush: true })
      await rename(`${sealed}.draft`, sealed)
    }
    await unlink(join(folder, name))
  }
  const sealed = await sealedNames(folder)
  return Promise.all(sealed.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })))
}

/** Whole, valid lines; a torn last line was never acknowledged. */
function linesOf(text: string): SpoolLine[] {
  return text.split('\n').flatMap((line) => {
    const parsed = spoolLineSchema.safeParse(parsedJson(line))
    return parsed.success ? [parsed.data] : []
  })
}

/** What was set aside is offered again: what spoke against it may be mended by now. */
async function sealedNames(folder: string): Promise<string[]> {
  for (const name of await readdir(folder))
    if (name.endsWith(REFUSED)) await rename(join(folder, name), join(folder, name.replace(REFUSED, SEALED)))
  return (await readdir(folder)).filter((name) => name.endsWith(SEALED)).toSorted()
}
