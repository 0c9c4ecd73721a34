import type { Judge } from '../../application/evaluation/ask-judges.ts'
import type { TrialTarget } from '../../application/evaluation/trial-target.ts'
import { digestOfJson } from '../../base/digest.ts'
import type { Json } from '../../base/json.ts'
import { renderDeep } from '../../contract/suite/template.ts'
import { HOLDS, miss, noVerdict } from '../../domain/evaluation/scorers/verdict.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'

/**
 * A model as a judge: it says YES where the reply misses what was asked, NO where it does not. Anything else is no verdict.
 * SECURITY: the reply is chosen by the model under test, which may address the judge; what the judge is worth, its passport says.
 */
export function modelJudge(
  { id, prompt }: { readonly id: string; readonly prompt: string },
  model: TrialTarget,
  signal: AbortSignal,
): Judge {
  return {
    id,
    digest: digestOfJson(nodeSha256, { prompt, model: model.identity } as Json),
    async ask(question) {
      const asked = renderDeep<Json>(prompt, { ...question }).value
      const outcome = await model.run(
        {
          suiteCase: {
            id: `judge-${id}`,
            tags: [],
            risks: [],
            subject: { tenant: 'default', principal: 'evaluation', roles: [] },
            turns: [String(asked)],
            expect: [],
            file: '',
            line: 1,
          },
          trial: 0,
        },
        signal,
      )
      if (outcome.kind === 'failed') return noVerdict(`the judge failed: ${outcome.failure.message}`)
      const said = outcome.observation.reply.trim()
      const word = /^\W*(YES|NO)\b/i.exec(said)?.[1]?.toUpperCase()
      if (word === undefined) return noVerdict(`the judge said neither YES nor NO: ${said.slice(0, 80)}`)
      return word === 'NO' ? HOLDS : miss(`judge \`${id}\`: ${said.slice(0, 200)}`)
    },
  }
}
