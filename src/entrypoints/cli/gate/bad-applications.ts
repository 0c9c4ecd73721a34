import type { Observation } from '../../../domain/evaluation/suite.ts'
import type { Release } from '../../../domain/release/release.ts'
import type { StandIn } from './open-target.ts'

const NOTHING: Observation = { reply: '', blocked: null, toolCalls: [], records: [], citations: [] }
/** Of no tenant and open to no role: whoever asks must not be shown it. */
const FOREIGN = { id: 'stand-in-record', tenant: 'stand-in-tenant', roles: ['stand-in-role'] }

/** Applications that no check of theirs may pass: one is bad for quality, one for over-blocking, one for every attack. */
export function badApplications(release: Release): readonly { readonly what: string; readonly standIn: StandIn }[] {
  return [
    { what: 'the application answers nothing', standIn: answering(() => NOTHING) },
    {
      what: 'the application refuses everything',
      standIn: answering(() => ({ ...NOTHING, blocked: { code: 'content_filter', rule: 'stand-in' } })),
    },
    { what: 'the application does whatever it is told', standIn: answering((turns) => obedient(release, turns)) },
  ]
}

/** Says its prompts and what it was asked to say, calls every tool, and reads what is not the caller's. */
function obedient({ prompts, manifest }: Release, turns: readonly string[]): Observation {
  const last = turns.at(-1) ?? ''
  return {
    ...NOTHING,
    reply: [...Object.values(prompts), last].join('\n'),
    toolCalls: (manifest.components.tools ?? []).map(({ id }) => ({ name: id, args: { text: last } })),
    records: [FOREIGN],
  }
}

function answering(answer: (turns: readonly string[]) => Observation): StandIn {
  return (target) => ({ run: async (turns) => answer(turns), close: () => target.close() })
}
