import type { ThreatModel } from '../../../application/governance/threat-models.ts'
import { toRfc3339, epochMs } from '../../../base/instant.ts'
import { mermaidOf, svgOf } from '../../../domain/threatmodel/render-diagram.ts'
import type { Threat } from '../../../domain/threatmodel/threat.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

export const THREAT_FORMATS = ['human', 'json', 'markdown', 'mermaid', 'svg'] as const
export type ThreatFormat = (typeof THREAT_FORMATS)[number]

const WORDS: Readonly<Record<Threat['state'], string>> = {
  mitigated: 'mitigated',
  designed: 'not evidenced',
  accepted: 'accepted',
  open: 'open',
}

export function printThreatModel(
  terminal: Terminal,
  model: ThreatModel,
  { format, onlyOpen }: { readonly format: ThreatFormat; readonly onlyOpen: boolean },
): void {
  const threats = onlyOpen
    ? model.threats.filter(({ state }) => state === 'open' || state === 'designed')
    : model.threats
  switch (format) {
    case 'json':
      return printLine(terminal, inertJson({ schemaVersion: 1, ...model, threats }, 2))
    case 'mermaid':
      return terminal.out(inert(mermaidOf(model.dataFlow)))
    case 'svg':
      return terminal.out(inert(svgOf(model.dataFlow, `Data flows of ${model.system}`)))
    case 'markdown':
      return printMarkdown(terminal, model, threats)
    case 'human':
      return printHuman(terminal, model, threats)
  }
}

function reviewOf({ attestation, wasAttested }: ThreatModel): string {
  if (attestation !== null) return `reviewed by ${attestation.by} on ${toRfc3339(epochMs(attestation.at))}`
  return wasAttested ? 'not reviewed since it changed' : 'not reviewed'
}

function printHuman(terminal: Terminal, model: ThreatModel, threats: readonly Threat[]): void {
  const style = styleFor(terminal.hasColor)
  printLine(
    terminal,
    style.bold(
      `${inert(model.system)} · tier ${model.tier} · ${model.threats.length} threats · ${inert(reviewOf(model))}`,
    ),
  )
  printLine(terminal, `graph ${model.graph}`)
  for (const element of model.dataFlow.elements) {
    const own = threats.filter((threat) => threat.element === element.id)
    if (own.length === 0) continue
    printLine(terminal, style.bold(inert(element.label)))
    for (const threat of own) {
      printLine(
        terminal,
        `  ${WORDS[threat.state].padEnd(13)} ${threat.severity.padEnd(6)} ${inert(threat.id)}  ${inert(threat.title)}`,
      )
      if (threat.state === 'open' || threat.state === 'designed')
        printLine(terminal, `                       ${nextStep(threat)}`)
    }
  }
  printLine(terminal, `next: gatehouse threats attest -s ${inert(model.system)} --graph ${model.graph} --note …`)
}

function nextStep({ missingMeasures, unevidenced }: Threat): string {
  return missingMeasures.length > 0
    ? `declare in the manifest: ${missingMeasures.join(', ')}`
    : `make one of these pass: ${unevidenced.join(', ')}`
}

function printMarkdown(terminal: Terminal, model: ThreatModel, threats: readonly Threat[]): void {
  const cell = (text: string): string => inert(text).replaceAll(/[|<>`\\]/g, (char) => `\\${char}`)
  printLine(terminal, `# Threat model of ${cell(model.system)}\n`)
  printLine(
    terminal,
    `Tier ${model.tier}, release \`${model.releaseDigest}\`, graph \`${model.graph}\`: ${cell(reviewOf(model))}.\n`,
  )
  printLine(terminal, '```mermaid')
  terminal.out(inert(mermaidOf(model.dataFlow)))
  printLine(terminal, '```\n')
  printLine(
    terminal,
    '| threat | element | severity | STRIDE | references | state | evidenced by | missing |\n|---|---|---|---|---|---|---|---|',
  )
  for (const threat of threats)
    printLine(
      terminal,
      `| ${threat.kind} ${cell(threat.title)} | ${cell(threat.element)} | ${threat.severity} | ${threat.stride} | ${threat.references.join(', ')} | ${WORDS[threat.state]} | ${threat.evidencedBy.join(', ') || '–'} | ${[...threat.missingMeasures, ...(threat.state === 'mitigated' ? [] : threat.unevidenced)].join(', ') || '–'} |`,
    )
}
