import type { Dpia } from './dpia.ts'

/** The assessment as a page: what is known, what is missing, and lines for people to fill in. */
export function renderDpia(dpia: Dpia): string {
  const { processing, screening } = dpia
  const list = (items: readonly string[], none = 'none'): readonly string[] =>
    items.length === 0 ? [`- ${none}`] : items.map((item) => `- ${text(item)}`)
  const lines = [
    `# Data protection impact assessment: ${text(dpia.system)} ${text(dpia.version)}`,
    '',
    `Draft, generated ${dpia.asOf} from release \`${dpia.releaseDigest}\`, tier ${dpia.tier}. It states what the manifest and the state show and decides`,
    'nothing. Section 6 is for people: without it this is no assessment under Art. 35 GDPR.',
    '',
    '## 1. Is one needed?',
    '',
    screening.isIndicated ? 'Indicated, because:' : 'Not indicated by the declarations:',
    '',
    ...list(screening.reasons),
    '',
    '## 2. The processing (Art. 35(7)(a))',
    '',
    `- Purpose: ${text(processing.purpose)}`,
    `- Audience: ${text(processing.audience)}; domain: ${text(processing.domain)}; autonomy: ${text(processing.autonomy)}`,
    `- Classes of data: ${processing.dataClasses.map(text).join(', ')}`,
    `- Regions: ${processing.regions.map(text).join(', ') || 'not declared'}; residency: ${processing.residency.map(text).join(', ') || 'not declared'}`,
    `- Kept of requests: ${processing.capture}, ${processing.retentionDays === null ? 'for a time that is not declared' : `for ${processing.retentionDays} days`}; erasure on request: ${processing.subjectErasure ? 'yes' : 'not declared'}`,
    `- EU AI Act: ${dpia.aiAct.class}, role ${text(dpia.aiAct.role)}`,
    '',
    'Recipients:',
    '',
    ...list(processing.recipients.map(({ vendor, models, state }) => `${vendor} (${models.join(', ')}): ${state}`)),
    '',
    'Flows that cross a boundary:',
    '',
    ...list(processing.flowsAcrossBoundaries),
    '',
    '## 3. Risks (Art. 35(7)(c))',
    '',
    '| id | what may happen | level | stands | owner |',
    '|---|---|---|---|---|',
    ...dpia.risks.map(
      ({ id, what, level, state, owner }) =>
        `| ${text(id)} | ${text(what)} | ${level} | ${state} | ${text(owner) || '–'} |`,
    ),
    '',
    'Levels are those of the organization. What they mean for the people concerned is a question of section 6.',
    '',
    '## 4. Measures (Art. 35(7)(d))',
    '',
    '| control | title | status |',
    '|---|---|---|',
    ...dpia.measures.map(
      ({ control, title, status }) => `| ${control} | ${text(title)} | ${status.replaceAll('-', ' ')} |`,
    ),
    '',
    'Promised to customers:',
    '',
    ...list(dpia.promises.map(({ id, customer, text: promise, state }) => `${id} ${customer} (${state}): ${promise}`)),
    '',
    '## 5. What is missing and could be there',
    '',
    ...list(dpia.gaps, 'nothing'),
    '',
    '## 6. For people to fill in',
    '',
    ...dpia.forPeople.flatMap(({ article, question }) => [`**${question}** (${article})`, '', '> ____', '']),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

/** What others wrote stays text: no markup, no line of its own, no cell of its own. */
function text(written: string): string {
  return written
    .replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>|#]/g, (char) => `\\${char}`)
    .trim()
}
