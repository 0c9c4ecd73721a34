import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import type { Incident, IncidentEvent } from '../../../domain/incident/incident.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }

export async function killOnCommand(
  terminal: Terminal,
  options: Common & {
    readonly system: string
    readonly tool?: string
    readonly model?: string
    readonly prompt?: string
    readonly tenant?: string
    readonly reason: string
  },
): Promise<number> {
  const scope =
    options.tool !== undefined
      ? ({ kind: 'tool', tool: options.tool } as const)
      : options.model !== undefined
        ? ({ kind: 'model', model: options.model } as const)
        : options.prompt !== undefined
          ? ({ kind: 'prompt', prompt: options.prompt } as const)
          : options.tenant !== undefined
            ? ({ kind: 'tenant', tenant: options.tenant } as const)
            : ({ kind: 'system' } as const)
  return withSession(
    terminal,
    options,
    (session) => session.call('issueDeny', { system: options.system, scope, reason: options.reason }),
    (deny) => printDeny(terminal, options.json, deny, 'on'),
  )
}

export async function killOffCommand(
  terminal: Terminal,
  options: Common & { readonly id: string; readonly reason: string },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('liftDeny', { id: options.id, reason: options.reason }),
    (deny) => printDeny(terminal, options.json, deny, 'off'),
  )
}

function printDeny(
  terminal: Terminal,
  json: boolean,
  deny: Readonly<Record<string, unknown>>,
  word: 'on' | 'off',
): void {
  if (deny['isSystemKnown'] === false)
    terminal.error(
      `no release and no decision of \`${inert(String(deny['system']))}\` is known here: check the name, if it should be\n`,
    )
  if (json) return printLine(terminal, inertJson(deny))
  const connected = Number(deny['connectedGateways'])
  const missing = Array.isArray(deny['waitingFor']) ? deny['waitingFor'].map(String) : []
  const behind = missing.length === 0 ? '' : `; not yet by ${missing.map(inert).join(', ')}`
  const taken =
    connected === 0
      ? 'no gateway is connected: each takes it when it next reaches the control plane'
      : `taken by ${String(deny['acknowledgedBy'])} of ${connected} gateways after ${String(deny['acknowledgedAfterMs'])} ms${behind}`
  printLine(
    terminal,
    `kill switch ${word}: ${String(deny['id'])} · ${inert(String(deny['system']))} · ${inertJson(deny['scope'])}\n  ${taken}`,
  )
}

export async function showIncidentCommand(
  terminal: Terminal,
  options: Common & { readonly id: string },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('getIncident', { id: options.id }),
    (found) => {
      if (options.json) printLine(terminal, inertJson(found, 2))
      else printIncident(terminal, found as unknown as Incident)
    },
  )
}

const when = (instant: number | null): string => (instant === null ? '–' : toRfc3339(epochMs(instant)))

function printIncident(terminal: Terminal, incident: Incident): void {
  printLine(terminal, `${incident.id} ${incident.severity} ${incident.state} · ${inert(incident.title)}`)
  printLine(terminal, `  onset ${when(incident.onsetAt)} (${inert(incident.onsetMethod)})`)
  printLine(
    terminal,
    `  detected ${when(incident.detectedAt)} · contained ${when(incident.containedAt)} · resolved ${when(incident.resolvedAt)} · closed ${when(incident.closedAt)}`,
  )
  for (const entry of incident.timeline)
    printLine(terminal, `  ${when(entry.at)}  ${inert(entry.who)}: ${inert(entry.what)}`)
  printLine(
    terminal,
    `  requests: ${incident.requests.slice(0, 5).join(', ')}${incident.requests.length > 5 ? ` and ${incident.requests.length - 5} more` : ''}`,
  )
  if (incident.learnedCases.length > 0) printLine(terminal, `  learned: ${incident.learnedCases.join(', ')}`)
}

export async function changeIncidentCommand(
  terminal: Terminal,
  options: Common & { readonly id: string; readonly event: IncidentEvent; readonly note: string },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('changeIncident', { id: options.id, event: options.event, note: options.note }),
    (incident) => {
      if (options.json) printLine(terminal, inertJson(incident))
      else printIncident(terminal, incident as unknown as Incident)
    },
  )
}

export async function learnCommand(
  terminal: Terminal,
  options: Common & { readonly id: string; readonly request: string },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('learnCase', { incident: options.id, request: options.request }),
    (learned) => {
      if (options.json) printLine(terminal, inertJson(learned))
      else
        printLine(
          terminal,
          `learned ${String(learned['id'])}: every gate of this system now requires it\n  next: gatehouse gate`,
        )
    },
  )
}
