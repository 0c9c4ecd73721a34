/** Larger buffers are not kept. */
const KEPT_MAX = 0x100000
const LEAST = 4_096
/** So much is tried as ASCII at a time: what turns out not to be costs one such try. */
const CHUNK = 4_096
/** Shorter texts are read in less time than a call of the encoder takes. */
const ENCODED_FROM = 48

type Units = Uint16Array<ArrayBuffer>

interface Filled {
  readonly units: Units
  /** The text whose units stand at its beginning; what follows is left over from others. */
  readonly text: string
}

/** Of the last walk, for the next one, which is often over the same text. */
let spare: Filled = { units: new Uint16Array(LEAST), text: '' }
/** Of the last walk over a short text, which then leaves the units of a long one where they are. */
let shortSpare: Filled = { units: new Uint16Array(LEAST), text: '' }
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
let bytes = new Uint8Array(0)

/**
 * Runs a walk over the units of a text as an array: several times faster to read than the text itself. The array is the walk's
 * own until it returns, and longer than the text. A walk inside a walk gets an array of its own.
 */
export function withUnits<Value>(text: string, walk: (units: Uint16Array) => Value): Value {
  const isShort = text.length <= LEAST
  const { units } = filled(text, isShort ? shortSpare : spare)
  if (isShort) shortSpare = NO_UNITS
  else spare = NO_UNITS
  const value = walk(units)
  keepUnits(units, text)
  return value
}

const NO_UNITS: Filled = { units: new Uint16Array(0), text: '' }

/** An array of `length` units or more, the taker's until it is kept: what stands in it is left over. */
export function takeUnits(length: number): Units {
  const { units } = length <= LEAST ? shortSpare : spare
  if (length <= LEAST) shortSpare = NO_UNITS
  else spare = NO_UNITS
  if (units.length >= length) return units
  return new Uint16Array(length <= LEAST ? LEAST : Math.max(Math.min(KEPT_MAX, 2 * length), length))
}

/** Gives back an array that begins with the units of a text, for whoever asks for these next. */
export function keepUnits(units: Units, text: string): void {
  if (units.length > KEPT_MAX) return
  if (units.length <= LEAST) shortSpare = { units, text }
  else if (units.length >= spare.units.length) spare = { units, text }
}

function filled(text: string, known: Filled): Filled {
  if (known.text === text && known.units.length >= text.length) return known
  const units = takeUnits(text.length)
  let at = 0
  if (text.length >= ENCODED_FROM) at = copyAscii(units, 0, text)
  for (; at < text.length; at++) units[at] = text.charCodeAt(at)
  return { units, text }
}

/**
 * Copies ASCII to `units` from `to` on, by the engine's own encoder; gives how much, which is less where something else follows. The
 * bytes stay for `asciiText`.
 */
export function copyAscii(units: Units, to: number, text: string): number {
  const own = bytesFor(to + text.length)
  let at = 0
  for (let end = CHUNK; at < text.length; at = Math.min(end, text.length), end += CHUNK) {
    const part = text.length <= CHUNK ? text : text.slice(at, end)
    const room = own.subarray(to + at, to + at + part.length)
    const { read, written } = encoder.encodeInto(part, room)
    // A byte a unit says that all of it was ASCII.
    if (read !== part.length || written !== part.length) break
    units.set(room, to + at)
  }
  return at
}

/**
 * The text of `length` units below U+0080. It takes a byte a unit, and is read in half the time of one that was made of pieces of others.
 * All of them were just copied by `copyAscii` but for what lies between each two numbers of `others`.
 */
export function asciiText(units: Units, length: number, others: readonly number[]): string {
  const own = bytesFor(length)
  for (let index = 0; index < others.length; index += 2)
    for (let at = others[index] as number; at < (others[index + 1] as number); at++) own[at] = units[at] as number
  const text = decoder.decode(own.subarray(0, length))
  if (bytes.length > KEPT_MAX) bytes = new Uint8Array(0)
  return text
}

/** Keeps what is in them. */
function bytesFor(length: number): Uint8Array {
  if (bytes.length >= length) return bytes
  const more = new Uint8Array(Math.max(CHUNK, Math.min(KEPT_MAX, 2 * length), length))
  more.set(bytes)
  return (bytes = more)
}
