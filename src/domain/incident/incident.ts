import type { EpochMs } from '../../base/instant.ts'

export const INCIDENT_STATES = ['open', 'contained', 'resolved', 'closed'] as const
export type IncidentState = (typeof INCIDENT_STATES)[number]
export const INCIDENT_EVENTS = ['contain', 'resolve', 'close', 'reopen'] as const
export type IncidentEvent = (typeof INCIDENT_EVENTS)[number]

export interface Incident {
  readonly id: string
  readonly system: string
  readonly title: string
  readonly severity: 'SEV1' | 'SEV2' | 'SEV3'
  readonly state: IncidentState
  readonly alertId: string | null
  /** Earliest matching request, found by looking back. */
  readonly onsetAt: EpochMs
  readonly onsetMethod: string
  readonly detectedAt: EpochMs
  readonly containedAt: EpochMs | null
  readonly resolvedAt: EpochMs | null
  readonly closedAt: EpochMs | null
  /** Decision records that belong to it. */
  readonly requests: readonly string[]
  readonly learnedCases: readonly string[]
  readonly timeline: readonly TimelineEntry[]
}

export interface TimelineEntry {
  readonly at: EpochMs
  readonly who: string
  readonly what: string
}

/** Every state and event: what comes next, or null where the event is refused. */
export const INCIDENT_TRANSITIONS: Readonly<
  Record<IncidentState, Readonly<Record<IncidentEvent, IncidentState | null>>>
> = {
  open: { contain: 'contained', resolve: null, close: null, reopen: null },
  contained: { contain: null, resolve: 'resolved', close: null, reopen: 'open' },
  resolved: { contain: null, resolve: null, close: 'closed', reopen: 'open' },
  closed: { contain: null, resolve: null, close: null, reopen: 'open' },
}

/** The incident after an event, or undefined when its state refuses it. Instants of a reopened incident are cleared. */
export function transition(
  incident: Incident,
  event: IncidentEvent,
  at: EpochMs,
  note: { readonly who: string; readonly what: string },
): Incident | undefined {
  const state = INCIDENT_TRANSITIONS[incident.state][event]
  if (state === null) return undefined
  const moved: Incident = { ...incident, state, timeline: [...incident.timeline, { at, ...note }] }
  switch (event) {
    case 'contain':
      return { ...moved, containedAt: at }
    case 'resolve':
      return { ...moved, resolvedAt: at }
    case 'close':
      return { ...moved, closedAt: at }
    case 'reopen':
      return { ...moved, containedAt: null, resolvedAt: null, closedAt: null }
  }
}
