import { frameworksOf, goalOf } from '../../domain/redteam/campaign-goals.ts'
import type { CampaignFile } from '../redteam/campaign-file.ts'
import type { ResultReport } from './result-report.ts'

const OUTCOMES = { held: 'passed', succeeded: 'failed', errored: 'errored' } as const
const TWIN_OUTCOMES = { answered: 'passed', blocked: 'failed', errored: 'errored' } as const

/** A campaign as rows: an attack that succeeded is a failed case, and so is a benign twin that was blocked. */
export function reportOfCampaign(
  { system, version, isSimulated, attempts, twins }: CampaignFile,
  toolVersion: string,
): ResultReport {
  return {
    tool: 'gatehouse',
    toolVersion,
    title: `red team of ${system} v${version}`,
    isSimulated,
    rows: [
      ...attempts.map((attempt) => {
        const goal = goalOf(attempt.goal)
        return {
          id: attempt.id,
          suite: `redteam/${attempt.goal}`,
          outcome: OUTCOMES[attempt.outcome],
          why: attempt.why,
          severity: goal.severity,
          risks: frameworksOf(goal),
          tags: [attempt.technique, attempt.strategy, attempt.channel, `lang:${attempt.language}`],
          input: attempt.turns.join('\n\n'),
          output: attempt.reply,
          file: attempt.file,
          line: attempt.line,
          elapsedMs: attempt.elapsedMs,
          costUsd: undefined,
        }
      }),
      ...twins.map((twin) => ({
        id: twin.id,
        suite: 'redteam/benign-twins',
        outcome: TWIN_OUTCOMES[twin.outcome],
        why: twin.why,
        severity: 'medium' as const,
        risks: [],
        tags: [twin.goal, `lang:${twin.language}`],
        input: '',
        output: '',
        file: twin.file,
        line: twin.line,
        elapsedMs: undefined,
        costUsd: undefined,
      })),
    ],
  }
}
