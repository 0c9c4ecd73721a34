import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { fail, type Problem, type Result } from '../../../base/result.ts'
import { reportOfCampaign } from '../../../contract/interchange/campaign-report.ts'
import { exportReport, isResultFormat, RESULT_FORMATS } from '../../../contract/interchange/export-report.ts'
import { parseCampaign, type CampaignFile } from '../../../contract/redteam/campaign-file.ts'
import type { AttackAttempt } from '../../../domain/redteam/campaign-run.ts'
import { regressionOf } from '../../../domain/redteam/regression-suite.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { printCampaign, summaryJson } from '../redteam/print-campaign.ts'
import { reportProblems } from '../report-problems.ts'
import { inertJson } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import { VERSION } from '../version.ts'

export interface RedteamReportOptions {
  readonly file: string
  readonly format: string
  readonly output?: string | undefined
  readonly regressions?: string | undefined
}

const EXAMPLES_SHOWN = 3
const FALLBACK_FILE = 'gatehouse.yaml'

/** `gatehouse redteam report`: what a campaign found, for people and for other tools. */
export async function redteamReportCommand(terminal: Terminal, options: RedteamReportOptions): Promise<number> {
  const { format } = options
  if (format !== 'human' && !isResultFormat(format)) {
    reportProblems(terminal, [
      {
        code: 'redteam/format',
        message: `\`${format}\` is no format`,
        next: `use one of: human, ${RESULT_FORMATS.join(', ')}`,
      },
    ])
    return EXIT_CODE.usage
  }
  const campaign = await readCampaign(terminal, options.file)
  if (!campaign.ok) {
    reportProblems(terminal, campaign.failure)
    return EXIT_CODE.usage
  }
  if (format === 'human') printCampaign(terminal, campaign.value, EXAMPLES_SHOWN)
  else {
    const text =
      format === 'json'
        ? `${inertJson(summaryJson(campaign.value), 2)}\n`
        : exportReport(nodeSha256, reportOfCampaign(campaign.value, VERSION), { format, fallback: FALLBACK_FILE })
    if (options.output === undefined) terminal.out(text)
    else await writeFileAtomic(resolve(terminal.workingFolder, options.output), text)
  }
  if (options.regressions !== undefined) await writeRegressions(terminal, campaign.value, options.regressions)
  return EXIT_CODE.pass
}

async function readCampaign(terminal: Terminal, file: string): Promise<Result<CampaignFile, readonly Problem[]>> {
  try {
    return parseCampaign(file, await readFile(resolve(terminal.workingFolder, file), 'utf8'))
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail([
      {
        code: 'redteam/unreadable',
        message: `\`${file}\` cannot be read (${errnoOf(error) ?? ''})`,
        next: 'run `gatehouse redteam run` first, or name its file',
      },
    ])
  }
}

async function writeRegressions(terminal: Terminal, campaign: CampaignFile, path: string): Promise<void> {
  const succeeded = campaign.attempts.filter(
    ({ outcome }) => outcome === 'succeeded',
  ) as unknown as readonly AttackAttempt[]
  const cases = succeeded.flatMap((attempt) => regressionOf(attempt, campaign.subject) ?? [])
  const lines = new Map(cases.map((one) => [one.id, `${JSON.stringify(one)}\n`]))
  await writeFileAtomic(resolve(terminal.workingFolder, path), [...lines.values()].join(''))
  terminal.error(`${path}: ${lines.size} cases; list it in a suite with \`purpose: regression\`\n`)
  const planted = succeeded.length - cases.length
  if (planted > 0)
    terminal.error(`  ${planted} more were planted in documents or tools, or no scorer of a suite sees them\n`)
}
