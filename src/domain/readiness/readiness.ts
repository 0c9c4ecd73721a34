import { DAY_MS, type EpochMs } from '../../base/instant.ts'

/** What has to be in place before customers meet a system, besides tests. */
export const READINESS_ITEMS = [
  'monitoring-live',
  'alerts-routed',
  'runbook-linked',
  'rollback-rehearsed',
  'red-team-signed-off',
] as const
export type ReadinessItem = (typeof READINESS_ITEMS)[number]

/** Days that a person's word on an item counts. */
export const READINESS_DAYS = 90

/** Roles that may speak for an item. */
export const READINESS_ROLES: Readonly<Record<ReadinessItem, readonly string[]>> = {
  'monitoring-live': ['engineer', 'responder', 'security'],
  'alerts-routed': ['engineer', 'responder', 'security'],
  'runbook-linked': ['engineer', 'responder', 'security'],
  'rollback-rehearsed': ['engineer', 'responder'],
  'red-team-signed-off': ['security'],
}

/** Somebody says, with a link to the proof, that an item is in place. */
export interface ReadinessWord {
  readonly id: string
  readonly system: string
  readonly item: ReadinessItem
  readonly by: string
  readonly role: string
  /** Where the proof lies: a dashboard, a runbook, a record of the rehearsal. */
  readonly link: string
  readonly note: string
  readonly at: EpochMs
}

/** Newest word on each item that still counts. A word from the future, as after a clock that was moved back, does not. */
export function readinessNow(
  words: readonly ReadinessWord[],
  now: EpochMs,
): Readonly<Record<ReadinessItem, ReadinessWord | undefined>> {
  const newest = (item: ReadinessItem): ReadinessWord | undefined =>
    words
      .filter((word) => word.item === item && word.at <= now && now - word.at < READINESS_DAYS * DAY_MS)
      .toSorted((one, other) => other.at - one.at)[0]
  return {
    'monitoring-live': newest('monitoring-live'),
    'alerts-routed': newest('alerts-routed'),
    'runbook-linked': newest('runbook-linked'),
    'rollback-rehearsed': newest('rollback-rehearsed'),
    'red-team-signed-off': newest('red-team-signed-off'),
  }
}
