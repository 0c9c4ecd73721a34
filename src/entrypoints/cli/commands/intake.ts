import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { parseRfc3339, toRfc3339 } from '../../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { parseAnswers } from '../../../contract/intake/parse-answers.ts'
import {
  answersOfManifest,
  assessIntake,
  type IntakeAnswers,
  type IntakeAssessment,
} from '../../../domain/intake/assess-intake.ts'
import { AI_ACT_ROLES, AUDIENCES, AUTONOMIES, DATA_CLASSES, EFFECTS } from '../../../domain/manifest/manifest.ts'
import { intakeContext } from '../../node/intake-context.ts'
import { shippedRights } from '../../node/shipped-content.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** Answers of a file, or those that a manifest gives. */
export interface AnswersOptions {
  readonly answers?: string | undefined
  readonly project: string
  readonly manifest: string
}

interface IntakeOptions extends AnswersOptions {
  readonly template: boolean
  readonly asOf?: string | undefined
  readonly json: boolean
}

/** `gatehouse intake`: what a system will be asked for, before it exists or as its manifest says. */
export async function intakeCommand(terminal: Terminal, options: IntakeOptions): Promise<number> {
  if (options.template) {
    terminal.out(TEMPLATE)
    return EXIT_CODE.pass
  }
  const asOf = options.asOf ?? toRfc3339(systemClock()).slice(0, 10)
  const answers = await readAnswers(terminal, options)
  const context =
    parseRfc3339(`${asOf}T00:00:00Z`) === undefined
      ? fail([{ code: 'intake/as-of', message: `\`${asOf}\` is no day`, next: 'write it as YYYY-MM-DD' }])
      : await intakeContext(await shippedRights(), asOf)
  if (!answers.ok || !context.ok) {
    reportProblems(terminal, [...(answers.ok ? [] : answers.failure), ...(context.ok ? [] : context.failure)])
    return EXIT_CODE.usage
  }
  const assessment = assessIntake(answers.value, context.value)
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, asOf, ...assessment }, 2))
  else printAssessment(terminal, assessment, asOf)
  return EXIT_CODE.pass
}

export async function readAnswers(
  terminal: Terminal,
  { answers, project, manifest }: AnswersOptions,
): Promise<Result<IntakeAnswers, readonly Problem[]>> {
  if (answers === undefined) {
    const loaded = await loadProject(terminal.workingFolder, project, manifest)
    return loaded.ok ? ok(answersOfManifest(loaded.value.release.manifest)) : loaded
  }
  return readAnswersFile(terminal, answers)
}

async function readAnswersFile(
  terminal: Terminal,
  answers: string,
): Promise<Result<IntakeAnswers, readonly Problem[]>> {
  try {
    return parseAnswers(answers, await readFile(resolve(terminal.workingFolder, answers), 'utf8'))
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail([
      {
        code: 'files/unreadable',
        message: `\`${answers}\` cannot be read (${errnoOf(error) ?? ''})`,
        next: 'gatehouse intake --template > answers.yaml',
      },
    ])
  }
}

export function printAssessment(terminal: Terminal, assessment: IntakeAssessment, asOf: string): void {
  const style = styleFor(terminal.hasColor)
  const { tier, reasons, aiAct, packs, controls, reviews, approvals } = assessment
  printLine(terminal, style.bold(`tier ${tier}`))
  for (const reason of reasons) printLine(terminal, `  because ${inert(reason)}`)
  printLine(terminal, style.bold(`EU AI Act, as of ${asOf}: ${aiAct.class}, role ${aiAct.role}`))
  for (const reason of aiAct.reasons) printLine(terminal, `  because ${inert(reason)}`)
  for (const { article, title, appliesFrom, isInForce, dateConfidence, note } of aiAct.duties) {
    const when =
      appliesFrom === null ? 'date unknown' : `${isInForce === true ? 'applies since' : 'applies from'} ${appliesFrom}`
    printLine(
      terminal,
      `  ${article.padEnd(8)} ${when}${dateConfidence === 'corroborated' ? '' : ` (${dateConfidence})`}  ${title}${note === null ? '' : ` — ${note}`}`,
    )
  }
  if (aiAct.duties.length > 0)
    printLine(
      terminal,
      '  source: catalog/frameworks/eu-ai-act.json, dates from secondary sources; have counsel confirm them',
    )
  printLine(terminal, style.bold('policies'))
  for (const { pack, why } of packs) printLine(terminal, `  ${pack.padEnd(17)} ${why}`)
  printLine(terminal, style.bold('reviews'))
  if (reviews.length === 0) printLine(terminal, '  none')
  for (const { role, why } of reviews) printLine(terminal, `  ${role.padEnd(9)} ${why}`)
  const who =
    approvals.people === 0
      ? 'none'
      : `${approvals.people} of ${approvals.roles.join(', ')}${approvals.distinctRoles ? ', in different roles' : ''}, not the author`
  printLine(terminal, `${style.bold('approvals of a release')} ${who}`)
  printLine(terminal, style.bold(`controls (${controls.length})`))
  for (const { id, title, owner } of controls) printLine(terminal, `  ${id}  ${inert(title)} (${owner})`)
  printLine(terminal, `next: write \`policies: [${packs.map(({ pack }) => pack).join(', ')}]\` into gatehouse.yaml`)
}

const TEMPLATE = `# Answer each line; leave out what is not known. Then: gatehouse intake --answers THIS-FILE
intake:
  purpose: what people use it for
  audience: employees        # ${AUDIENCES.join(' | ')}
  domain: general            # general | employment | credit | health | education | legal | safety | biometrics | insurance | …
  dataClasses: [internal]    # ${DATA_CLASSES.join(' | ')}
  autonomy: answers          # ${AUTONOMIES.join(' | ')}
  regions: [eu]
  aiActRole: deployer        # ${AI_ACT_ROLES.join(' | ')}
actions: []                  # effects of its tools: ${EFFECTS.join(' | ')}
retrievesDocuments: false
isFineTuned: false           # trained further on data of your own
usesVendorModel: true        # false: you run the model yourselves
generatesContent: false      # images, sound, video or text for the public
isSafetyComponent: false     # of a product under EU AI Act Annex I
hasDerogation: false         # counsel has documented that Art. 6(3) applies
providesGeneralPurposeModel: false
frameworks: []               # nist-ai-rmf | soc2-tsc
`
