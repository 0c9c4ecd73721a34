import { HOUR_MS, type Clock } from '../../base/instant.ts'
import type {
  HeldRequest,
  LabelRanks,
  RunState,
  SessionState,
  SessionStore,
} from '../../domain/session/session-store.ts'

const SESSIONS_MAX = 100_000
const IDLE_MS = 12 * HOUR_MS
const MESSAGES_MAX = 2_000
const EMPTY: SessionState = { integrityRank: 0, confidentialityRank: 0, calls: {} }

interface Held {
  state: SessionState
  readonly assistant: Set<string>
  request?: HeldRequest
  run?: RunState
  usedAt: number
}

/** Sessions of one gateway process, bounded: the longest unused goes first. */
export function memorySessionStore(clock: Clock): SessionStore {
  const sessions = new Map<string, Held>()
  const days = new Map<string, number>()
  /** Already at the end of the map: a request asks for its session several times. */
  let newest: string | undefined
  let today: string | undefined

  function held(key: string): Held {
    const now = clock()
    let entry = sessions.get(key)
    if (entry !== undefined && now - entry.usedAt > IDLE_MS) entry = undefined
    entry ??= { state: EMPTY, assistant: new Set(), usedAt: now }
    entry.usedAt = now
    if (key === newest && sessions.get(key) === entry) return entry
    newest = key
    // Re-insertion keeps the map in order of use.
    sessions.delete(key)
    sessions.set(key, entry)
    if (sessions.size > SESSIONS_MAX) sessions.delete(sessions.keys().next().value ?? '')
    return entry
  }

  return {
    get: (key) => held(key).state,
    raise(key, marks) {
      const entry = held(key)
      entry.state = { ...entry.state, ...joined(entry.state, marks) }
    },
    raiseUnread(key, marks) {
      const entry = held(key)
      entry.state = { ...entry.state, unread: joined(entry.state.unread ?? EMPTY, marks) }
    },
    countCall(key, tool) {
      const entry = held(key)
      entry.state = { ...entry.state, calls: { ...entry.state.calls, [tool]: (entry.state.calls[tool] ?? 0) + 1 } }
    },
    dayCalls: (tenantKey, tool, day) => days.get(`${day}\n${tenantKey}\n${tool}`) ?? 0,
    countDayCall(tenantKey, tool, day) {
      if (day !== today) for (const key of days.keys()) if (!key.startsWith(day)) days.delete(key)
      today = day
      const key = `${day}\n${tenantKey}\n${tool}`
      days.set(key, (days.get(key) ?? 0) + 1)
    },
    rememberAssistant(key, digest) {
      const { assistant } = held(key)
      assistant.add(digest)
      if (assistant.size > MESSAGES_MAX) assistant.delete(assistant.values().next().value ?? '')
    },
    isOwnAssistant: (key, digest) => held(key).assistant.has(digest),
    holdRequest(key, request) {
      held(key).request = request
    },
    requestOf: (key) => held(key).request,
    setRun(key, run) {
      held(key).run = run
    },
    runOf: (key) => held(key).run,
  }
}

function joined(left: LabelRanks, right: LabelRanks): LabelRanks {
  return {
    integrityRank: Math.max(left.integrityRank, right.integrityRank),
    confidentialityRank: Math.max(left.confidentialityRank, right.confidentialityRank),
  }
}
