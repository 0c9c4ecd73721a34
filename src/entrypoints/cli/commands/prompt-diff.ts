import { basename, dirname, resolve } from 'node:path'
import { shortDigest } from '../../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { Comparison } from '../../../domain/evaluation/compare-runs.ts'
import { diffPrompts, type PromptDiff, type PromptText } from '../../../domain/prompt/diff-prompts.ts'
import { printComparison } from '../evaluation/print-comparison.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadProject, type LoadedProject } from '../load-project.ts'
import { compareNow, compareRecorded } from '../prompt/behaviour-delta.ts'
import { reportProblems } from '../report-problems.ts'
import { openSession, type SessionOptions } from '../session.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { systemOfProject } from '../system-of-project.ts'
import { printLine, type Terminal } from '../terminal.ts'

export interface PromptDiffOptions extends SessionOptions {
  readonly prompt: string
  readonly from: string
  readonly to: string
  readonly system?: string | undefined
  readonly suite?: string | undefined
  readonly runs?: string | undefined
  readonly margin: number
  readonly json: boolean
}

interface Side extends PromptText {
  readonly digest: string
  /** Where the version is the one of a manifest. */
  readonly project?: LoadedProject | undefined
}

/** `gatehouse prompt diff`: text and slots; behaviour where runs or a suite are named. */
export async function promptDiffCommand(terminal: Terminal, options: PromptDiffOptions): Promise<number> {
  const compared = await compare(terminal, options)
  if (!compared.ok) {
    reportProblems(terminal, compared.failure)
    return EXIT_CODE.usage
  }
  const { from, to, diff, behaviour } = compared.value
  if (options.json)
    printLine(
      terminal,
      inertJson({ schemaVersion: 1, prompt: options.prompt, from: from.digest, to: to.digest, ...diff, behaviour }, 2),
    )
  else {
    printLine(
      terminal,
      `${inert(options.prompt)} ${shortDigest(from.digest as never)} → ${shortDigest(to.digest as never)}`,
    )
    printDiff(terminal, diff)
    if (behaviour !== null) printComparison(terminal, behaviour)
  }
  return behaviour === null ? EXIT_CODE.pass : CODES[behaviour.nonInferiority.outcome]
}

const CODES = {
  passed: EXIT_CODE.pass,
  failed: EXIT_CODE.blocked,
  inconclusive: EXIT_CODE.inconclusive,
} as const

interface Compared {
  readonly from: Side
  readonly to: Side
  readonly diff: PromptDiff
  readonly behaviour: Comparison | null
}

async function compare(terminal: Terminal, options: PromptDiffOptions): Promise<Result<Compared, readonly Problem[]>> {
  if (!(options.margin >= 0 && options.margin <= 1))
    return fail([{ code: 'usage/value', message: '`--margin` is a share', next: 'use a number from 0 to 1' }])
  const from = await sideOf(terminal, options, options.from)
  if (!from.ok) return from
  const to = await sideOf(terminal, options, options.to)
  if (!to.ok) return to
  const behaviour = await behaviourOf(terminal, options, from.value, to.value)
  if (!behaviour.ok) return behaviour
  return ok({ from: from.value, to: to.value, diff: diffPrompts(from.value, to.value), behaviour: behaviour.value })
}

// oxlint-disable-next-line max-params -- the two sides, and how they are to be compared
async function behaviourOf(
  terminal: Terminal,
  options: PromptDiffOptions,
  from: Side,
  to: Side,
): Promise<Result<Comparison | null, readonly Problem[]>> {
  const { suite, runs, margin } = options
  if (runs !== undefined) return compareRecorded(terminal, { ...options, runs: runs.split(','), margin })
  if (suite === undefined) return ok(null)
  if (from.project === undefined || to.project === undefined)
    return fail([
      {
        code: 'prompt/no-manifest',
        message: 'a suite runs against manifests, and a version of the state is only a text',
        next: 'name two manifests, or two recorded runs with --runs',
      },
    ])
  return compareNow(terminal, { from: from.project, to: to.project, suite, margin })
}

async function sideOf(
  terminal: Terminal,
  options: PromptDiffOptions,
  name: string,
): Promise<Result<Side, readonly Problem[]>> {
  if (!/\.ya?ml$/.test(name)) return versionOf(terminal, options, name)
  const path = resolve(terminal.workingFolder, name)
  const project = await loadProject(dirname(path), '.', basename(path))
  if (!project.ok) return project
  const { release } = project.value
  const declared = release.manifest.components.prompts?.find(({ id }) => id === options.prompt)
  const digest = release.components.find(({ kind, id }) => kind === 'prompt' && id === options.prompt)?.digest
  if (declared === undefined || digest === undefined)
    return fail([
      {
        code: 'prompt/unknown',
        message: `\`${name}\` declares no prompt \`${options.prompt}\``,
        next: 'name one of `components.prompts`',
      },
    ])
  return ok({ digest, text: release.prompts[declared.id] ?? '', slots: declared.slots ?? {}, project: project.value })
}

async function versionOf(
  terminal: Terminal,
  options: PromptDiffOptions,
  reference: string,
): Promise<Result<Side, readonly Problem[]>> {
  const project = options.system === undefined ? await systemOfProject(terminal.workingFolder) : undefined
  const system = options.system ?? (project?.ok === true ? project.value.system : undefined)
  if (system === undefined)
    return fail([
      {
        code: 'prompt/no-system',
        message: `\`${reference}\` is no manifest, and no system is named whose version it could be`,
        next: 'add --system NAME, run it in a project, or name a manifest that ends in .yaml',
      },
    ])
  const opened = await openSession(terminal, options)
  if (!opened.ok) return fail([opened.failure])
  await using session = opened.value
  const found = await session.call('getPrompt', { system, prompt: options.prompt, reference })
  return found.ok ? ok(found.value as unknown as Side) : fail([found.failure])
}

/** Unchanged lines that are shown around a change. */
const CONTEXT = 2

function printDiff(terminal: Terminal, { lines, slots }: PromptDiff): void {
  const style = styleFor(terminal.hasColor)
  const near = new Set<number>()
  for (const [at, { change }] of lines.entries())
    if (change !== 'same') for (let place = at - CONTEXT; place <= at + CONTEXT; place += 1) near.add(place)
  for (const [at, { change, text }] of lines.entries()) {
    if (!near.has(at)) continue
    const mark = { same: ' ', added: style.green('+'), removed: style.red('-') }[change]
    printLine(terminal, ` ${mark} ${inert(text)}`)
  }
  for (const { name, change } of slots) printLine(terminal, ` ~ slot ${inert(name)} ${change}`)
  if (near.size === 0 && slots.length === 0) printLine(terminal, ' the same text and slots')
}
