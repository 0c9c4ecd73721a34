import { stringify } from 'yaml'
import { toRfc3339 } from '../../base/instant.ts'
import type { Draft } from '../../domain/draft/draft.ts'
import type { AlertsDraft, AttacksDraft, ControlDraft, NarrativeDraft, ThreatsDraft } from './draft-content.ts'

/** Days within which the evidence that a drafted control names is to be looked at again. */
const EVIDENCE_DAYS = 365

/**
 * A draft as the file that it would be. INVARIANT: only an accepted one is of a kind that a gate or a catalogue reads; any
 * other names another kind, or carries a key that those refuse.
 */
export function renderDraft(draft: Draft): string {
  switch (draft.kind) {
    case 'control':
      return yamlOf(draft, 'ControlCatalogue', { controls: controlsOf(draft.content as unknown as ControlDraft) })
    case 'threats':
      return yamlOf(draft, 'ThreatCatalogue', {
        threats: (draft.content as unknown as ThreatsDraft).threats.map((threat) => ({ ...threat, measures: [] })),
      })
    case 'attacks':
      return (draft.content as unknown as AttacksDraft).cases
        .map(
          (one) =>
            `${JSON.stringify({ ...one, tags: ['drafted'], ...(isAccepted(draft) ? {} : { draft: draft.id }) })}\n`,
        )
        .join('')
    case 'narrative': {
      const { title, paragraphs } = draft.content as unknown as NarrativeDraft
      return markdownOf(draft, title, paragraphs)
    }
    case 'alerts':
      return markdownOf(
        draft,
        'Groups of alerts',
        (draft.content as unknown as AlertsDraft).groups.map(
          ({ title, why, alerts }) => `${title}: ${why} (${alerts.join(', ')})`,
        ),
      )
  }
}

const isAccepted = ({ state }: Draft): boolean => state === 'accepted'

/** Who wrote it, and who answers for it. */
function originOf(draft: Draft): readonly string[] {
  const { model, promptDigest, at, decidedBy, decidedAt } = draft
  return [
    `Drafted by ${model} on ${toRfc3339(at).slice(0, 10)}, prompt ${promptDigest}.`,
    isAccepted(draft) && decidedAt !== null
      ? `Accepted by ${decidedBy ?? ''} on ${toRfc3339(decidedAt).slice(0, 10)}.`
      : 'DRAFT: nobody has accepted this.',
  ]
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

function yamlOf(draft: Draft, kind: string, content: object): string {
  const metadata = {
    id: draft.id.toLowerCase(),
    version: '1.0.0',
    ...(kind === 'ControlCatalogue' ? { title: `Drafted for ${draft.system}` } : {}),
  }
  const body = { apiVersion: 'gatehouse.dev/v1', kind: isAccepted(draft) ? kind : `Draft${kind}`, metadata, ...content }
  const head = originOf(draft).map((line) => `# ${oneLine(line)}\n`)
  return `${head.join('')}${stringify(body, { lineWidth: 0 })}`
}

function controlsOf({ controls }: ControlDraft): readonly object[] {
  return controls.map(({ evidence, ...control }) => ({
    ...control,
    // A draft claims no check: what it rests on is a document, until somebody writes one.
    attestations: [{ id: 'evidence', what: evidence, maxAgeDays: EVIDENCE_DAYS }],
    crosswalks: {},
  }))
}

/** SECURITY: text of a model, as text: no markup, no link, no picture. */
const escaped = (text: string): string => oneLine(text).replaceAll(/[\\`*_{}[\]()<>#!|~&]/g, (char) => `\\${char}`)

function markdownOf(draft: Draft, title: string, paragraphs: readonly string[]): string {
  const [drafted, accepted] = originOf(draft).map(escaped)
  return [
    `# ${escaped(title)}`,
    '',
    `*${drafted}*`,
    '',
    `**${accepted}**`,
    '',
    ...paragraphs.flatMap((text) => [escaped(text), '']),
  ].join('\n')
}
