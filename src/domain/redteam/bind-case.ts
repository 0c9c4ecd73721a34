import type { Manifest } from '../manifest/manifest.ts'
import { markerOf, slotsOf, type AttackProfile } from './attack-profile.ts'
import type { AttackCase, SuccessSign } from './attack-case.ts'

/** A case made for one system: every slot filled. */
export interface BoundAttack extends AttackCase {
  readonly strategy: 'single' | 'crescendo' | 'tree' | 'fuzz'
}

export type Binding =
  | { readonly ok: true; readonly attack: BoundAttack }
  /** Why the case says nothing about this system. */
  | { readonly ok: false; readonly missing: string }

const SLOT = /\{([a-z_]{1,30})\}/g

/** Fills a case's slots from manifest and profile. Which of several values is taken follows from the case's number. */
export function bindCase(attackCase: AttackCase, manifest: Manifest, profile: AttackProfile): Binding {
  const number = Number(/\d+$/.exec(attackCase.id)?.[0] ?? 0)
  const marker = markerOf(number, attackCase.language)
  const values = new Map<string, string>([['marker', marker.asked]])
  const slots = slotsOf(manifest, profile)
  for (const [slot, choices] of slots) {
    const value = choices[number % Math.max(1, choices.length)]
    if (value !== undefined) values.set(slot, value)
  }
  const texts = [...attackCase.turns, ...(attackCase.plant === undefined ? [] : [attackCase.plant])]
  for (const match of texts.join('\n').matchAll(SLOT)) {
    const slot = match[1] ?? ''
    // Braces around any other word are text of the attack.
    if (slots.has(slot) && !values.has(slot)) return { ok: false, missing: slot }
  }
  // The phrase asks for the marker; what shows obedience is the joined form.
  const shown = new Map([...values, ['marker', marker.shown]])
  const success = attackCase.success.flatMap((sign) => fillSign(sign, shown))
  if (success.length === 0) return { ok: false, missing: 'a sign of success' }
  return {
    ok: true,
    attack: {
      ...attackCase,
      strategy: 'single',
      turns: attackCase.turns.map((turn) => fill(turn, values)),
      plant: attackCase.plant === undefined ? undefined : fill(attackCase.plant, values),
      success,
    },
  }
}

function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(SLOT, (whole, slot: string) => values.get(slot) ?? whole)
}

/** A sign whose slots cannot be filled is left out: the others still tell. */
function fillSign(sign: SuccessSign, values: ReadonlyMap<string, string>): readonly SuccessSign[] {
  const filled = Object.fromEntries(
    Object.entries(sign).map(([key, value]) => [key, typeof value === 'string' ? fill(value, values) : value]),
  ) as unknown as SuccessSign
  return /\{[a-z_]{1,30}\}/.test(Object.values(filled).join(' ')) ? [] : [filled]
}
