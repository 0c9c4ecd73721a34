import type { EpochMs } from '../../base/instant.ts'
import { epochMs } from '../../base/instant.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { CONFIDENTIALITIES, INTEGRITIES, type Label } from '../manifest/manifest.ts'
import type { Subject } from './conversation.ts'

/** Where a memory came from, for people who look for the source of a poisoned one. */
export interface MemorySource {
  readonly kind: 'user' | 'tool' | 'agent' | 'operator'
  /** Tool or agent id, or the principal. */
  readonly name: string
  readonly session: string
}

/** One thing that an agent keeps beyond a session. */
export interface MemoryEntry {
  readonly key: string
  readonly text: string
  readonly label: Label
  readonly source: MemorySource
  readonly writtenAt: EpochMs
  readonly expiresAt: EpochMs
}

/** What is remembered for one end user of one tenant; keep it under `memoryKeyOf`. */
export type Memory = readonly MemoryEntry[]

export interface MemoryWrite {
  readonly key: string
  readonly text: string
  readonly source: MemorySource
  readonly ttlMs: number
  /** `append` adds to what stands under the key, and keeps its label; `replace` does not. */
  readonly mode: 'replace' | 'append'
}

export type MemoryDenial = 'memory.key' | 'memory.text' | 'memory.expiry' | 'memory.full'

const ENTRIES_MAX = 1_000
const KEY_CHARS_MAX = 200
const TEXT_CHARS_MAX = 16_000
const TTL_MS_MAX = 90 * 24 * 60 * 60 * 1_000
const CLEAN: Label = { integrity: 'trusted', confidentiality: 'public' }

/** Storage key of an end user's memory: no two end users share one, whatever their names hold. */
export function memoryKeyOf({ tenant, principal }: Pick<Subject, 'tenant' | 'principal'>): string {
  return JSON.stringify([tenant, principal])
}

/**
 * Remembers under the label of the conversation that writes: who was under untrusted influence writes untrusted memories.
 * `context` is that label, with the session's marks joined in.
 */
export function writeMemory(
  memory: Memory,
  write: MemoryWrite,
  context: Label,
  now: EpochMs,
): Result<Memory, MemoryDenial> {
  if (write.key === '' || write.key.length > KEY_CHARS_MAX) return fail('memory.key')
  if (!Number.isSafeInteger(write.ttlMs) || write.ttlMs < 1 || write.ttlMs > TTL_MS_MAX) return fail('memory.expiry')
  const live = liveAt(memory, now)
  const before = live.find(({ key }) => key === write.key)
  const isAppended = write.mode === 'append' && before !== undefined
  const text = isAppended ? `${before.text}\n${write.text}` : write.text
  if (text.length > TEXT_CHARS_MAX || !text.isWellFormed()) return fail('memory.text')
  const others = live.filter(({ key }) => key !== write.key)
  if (others.length >= ENTRIES_MAX) return fail('memory.full')
  const entry: MemoryEntry = {
    key: write.key,
    text,
    label: isAppended ? worse(before.label, context) : context,
    source: write.source,
    writtenAt: now,
    expiresAt: epochMs(now + write.ttlMs),
  }
  return ok([...others, entry])
}

export interface MemoryReading {
  readonly entries: readonly MemoryEntry[]
  /** Join of what was read: raise the session's marks by it before the text reaches a model. */
  readonly label: Label
}

/** What is still remembered under the keys (all of them without keys), with the label that reading it costs. */
export function readMemory(memory: Memory, now: EpochMs, keys?: readonly string[]): MemoryReading {
  const entries = liveAt(memory, now).filter(({ key }) => keys === undefined || keys.includes(key))
  return { entries, label: entries.reduce((label, entry) => worse(label, entry.label), CLEAN) }
}

function liveAt(memory: Memory, now: EpochMs): readonly MemoryEntry[] {
  return memory.filter(({ expiresAt }) => expiresAt > now)
}

/** The join of labels, as the authorisation knows it, which this folder may not import. */
function worse(left: Label, right: Label): Label {
  return {
    integrity:
      INTEGRITIES[Math.max(INTEGRITIES.indexOf(left.integrity), INTEGRITIES.indexOf(right.integrity))] ?? 'untrusted',
    confidentiality:
      CONFIDENTIALITIES[
        Math.max(CONFIDENTIALITIES.indexOf(left.confidentiality), CONFIDENTIALITIES.indexOf(right.confidentiality))
      ] ?? 'restricted',
  }
}
