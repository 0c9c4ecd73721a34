import { bare, decodeForm, writeForm } from './decode-form.ts'
import { applyEdit, EDIT_TECHNIQUES, undoEdit, type Edit } from './edits.ts'
import { FRAME_TECHNIQUES, type Framed } from './frames.ts'
import { EXACT_OBFUSCATIONS, LOSSY_OBFUSCATIONS } from './obfuscations.ts'
import { seededRandom } from './seeded-random.ts'

/** One mutation of a text; its own seed makes it the same each time. */
export interface Step {
  readonly technique: string
  readonly seed: number
}

/** A text after its steps, with what is known of how it came about. */
export interface Mutant {
  /** In the order in which they were applied: edits, then forms, then frames. */
  readonly steps: readonly Step[]
  readonly text: string
  /** The encoded text inside the frames. */
  readonly payload: string
  readonly forms: readonly string[]
  /** Steps that lose something: a reader has to make up for them. */
  readonly lossy: number
}

/** More lossy steps than this and nobody can say that a model still reads the text. */
export const LOSSY_STEPS_MAX = 2
const FORMS_MAX = 3
/** As deep as the engine promises to look: forms of characters need no decoding, nested ones need it twice. */
const LAYERS_MAX = 3
const FRAMES_MAX = 3
const MUTANT_CHARS_MAX = 4_000

type Phase = 0 | 1 | 2

const EDITS = new Map(EDIT_TECHNIQUES.map((technique) => [technique.id, technique]))
const FRAMES = new Map(FRAME_TECHNIQUES.map((technique) => [technique.id, technique]))
const EXACT = new Set(EXACT_OBFUSCATIONS.map(({ id }) => id))
const LOSSY = new Set(LOSSY_OBFUSCATIONS.map(({ id }) => id))
const LAYERS = new Map(
  [...EXACT_OBFUSCATIONS, ...LOSSY_OBFUSCATIONS].map(({ id, family }) => [
    id,
    family === 'nested' ? 2 : family === 'encoding' ? 1 : 0,
  ]),
)
/** Lossy forms keep case, signs or spaces apart, and a value needs these; turned and reversed text keeps them all. */
const VALUE_LOSSY = new Set(['reversed', 'rot13', 'base64-of-rot13', 'one-word-a-line'])

export const ATTACK_TECHNIQUES: readonly string[] = [...EDITS.keys(), ...EXACT, ...LOSSY, ...FRAMES.keys()]
export const VALUE_TECHNIQUES: readonly string[] = [...EXACT, ...VALUE_LOSSY, ...FRAMES.keys()]
export const FRAME_TECHNIQUE_IDS: readonly string[] = [...FRAMES.keys()]

const phaseOf = ({ technique }: Step): Phase => (EDITS.has(technique) ? 0 : FRAMES.has(technique) ? 2 : 1)

/** The steps in the order of their phases; those of one phase keep theirs. */
export function inPhases(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted((left, right) => phaseOf(left) - phaseOf(right))
}

interface Trace {
  readonly edits: Edit[]
  edited: string
  readonly forms: string[]
  payload: string
  readonly frames: Framed[]
  text: string
}

/** A text in a form, within the bounds of a mutant; undefined where the form cannot write it. */
export type FormWriter = (form: string, text: string) => string | undefined

export const writeWithin: FormWriter = (form, text) => writeForm(form, text, MUTANT_CHARS_MAX)

/**
 * Applies the steps to a text. Undefined where a step finds no place, where the text grows past its bound, or where the text
 * no longer carries what it began with. "Carries" is judged by the way back: frames are unwrapped, forms decoded, edits
 * undone, and the first text must come out: the same characters after exact forms, the same letters and digits after lossy
 * ones. Whether a model reads it is assumed for exact forms, and beyond them only within `LOSSY_STEPS_MAX`.
 */
export function mutate(original: string, steps: readonly Step[], write: FormWriter = writeWithin): Mutant | undefined {
  const ordered = inPhases(steps)
  if (!isWithinBounds(ordered)) return undefined
  const trace: Trace = { edits: [], edited: original, forms: [], payload: original, frames: [], text: original }
  for (const step of ordered) if (!take(trace, step, write) || trace.text.length > MUTANT_CHARS_MAX) return undefined
  if (!trace.text.isWellFormed() || !carries(trace, original)) return undefined
  return {
    steps: ordered,
    text: trace.text,
    payload: trace.payload,
    forms: trace.forms,
    lossy: ordered.filter(isLossy).length,
  }
}

const isLossy = ({ technique }: Step): boolean => EDITS.has(technique) || LOSSY.has(technique)

function isWithinBounds(steps: readonly Step[]): boolean {
  const of = (phase: Phase): number => steps.filter((step) => phaseOf(step) === phase).length
  const layers = steps.reduce((sum, { technique }) => sum + (LAYERS.get(technique) ?? 0), 0)
  const isShallow = layers <= LAYERS_MAX && of(1) <= FORMS_MAX && of(2) <= FRAMES_MAX
  return isShallow && steps.filter(isLossy).length <= LOSSY_STEPS_MAX
}

function take(trace: Trace, { technique, seed }: Step, write: FormWriter): boolean {
  const edit = EDITS.get(technique)
  const frame = FRAMES.get(technique)
  if (edit !== undefined) {
    const found = edit.find(trace.edited, seededRandom(seed))
    if (found === undefined) return false
    trace.edits.push(found)
    trace.edited = trace.payload = trace.text = applyEdit(trace.edited, found)
    return true
  }
  if (frame !== undefined) {
    const framed = frame.wrap(trace.text, seededRandom(seed))
    trace.frames.push(framed)
    trace.text = framed.text
    return true
  }
  const written = write(technique, trace.payload)
  if (written === undefined) return false
  trace.forms.push(technique)
  trace.payload = trace.text = written
  return true
}

function carries({ edits, edited, forms, payload, frames, text }: Trace, original: string): boolean {
  let inside: string | undefined = text
  for (const frame of frames.toReversed()) inside = inside === undefined ? undefined : frame.unwrap(inside)
  if (inside !== payload) return false
  // Exact forms were each decoded when they were written; a lossy one can spoil what another wrote.
  if (forms.some((form) => LOSSY.has(form))) {
    for (const form of forms.toReversed()) inside = inside === undefined ? undefined : decodeForm(form, inside)
    if (inside === undefined || bare(inside) !== bare(edited)) return false
  }
  let undone: string | undefined = edited
  for (const edit of edits.toReversed()) undone = undone === undefined ? undefined : undoEdit(undone, edit)
  return undone === original
}

const CHARACTER_FORMS = EXACT_OBFUSCATIONS.filter(({ family }) => family === 'characters').map(({ id }) => id)
/** Less of an encoded value than this is not called the value. */
const STRETCH = 2 / 3

/** Whether a text that was cleaned up still holds a value that the mutant brought: as it is, in a form, or most of it. */
export function stillHolds(
  cleaned: string,
  mark: string,
  { payload, forms }: Pick<Mutant, 'payload' | 'forms'>,
): boolean {
  if (cleaned.includes(mark)) return true
  if (CHARACTER_FORMS.some((id) => decodeForm(id, cleaned)?.includes(mark) === true)) return true
  if (forms.length === 0) return false
  const size = Math.ceil(payload.length * STRETCH)
  return cleaned.includes(payload.slice(0, size)) || cleaned.includes(payload.slice(-size))
}
