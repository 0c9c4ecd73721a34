/** SHA-256 (FIPS 180-4) in plain JavaScript, for runtimes without a synchronous hash. */
export function sha256Pure(message: Uint8Array): Uint8Array {
  const padded = pad(message)
  const view = new DataView(padded.buffer)
  const state = Uint32Array.of(...INITIAL)
  const schedule = new Uint32Array(64)
  for (let offset = 0; offset < padded.length; offset += 64) {
    for (let word = 0; word < 16; word++) schedule[word] = view.getUint32(offset + 4 * word)
    compress(state, schedule)
  }
  const out = new Uint8Array(32)
  const outView = new DataView(out.buffer)
  state.forEach((word, index) => outView.setUint32(4 * index, word))
  return out
}

function pad(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = (((message.length + 8) >> 6) << 6) + 64
  const padded = new Uint8Array(length)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(length - 8, Math.floor(message.length / 0x20000000))
  view.setUint32(length - 4, (message.length << 3) >>> 0)
  return padded
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

function compress(state: Uint32Array, w: Uint32Array): void {
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15] as number
    const y = w[t - 2] as number
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
    w[t] = ((w[t - 16] as number) + s0 + (w[t - 7] as number) + s1) | 0
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let t = 0; t < 64; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUND[t] as number) + (w[t] as number)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  const next = [a, b, c, d, e, f, g, h]
  for (let index = 0; index < 8; index++) state[index] = ((state[index] as number) + (next[index] as number)) | 0
}

/** Fractional parts of the square (cube) roots of the first primes, FIPS 180-4 sections 5.3.3 and 4.2.2. */
function fractions(root: number, count: number): number[] {
  const words: number[] = []
  for (let candidate = 2; words.length < count; candidate++) {
    let prime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false
    if (prime) words.push(fractionWord(candidate, root))
  }
  return words
}

/** floor(frac(prime^(1/root)) * 2^32) by exact integer search: floating point would lose the last bits. */
function fractionWord(prime: number, root: number): number {
  const target = BigInt(prime) << BigInt(32 * root)
  let low = 0n
  let high = BigInt(prime) << 32n
  while (low < high) {
    const middle = (low + high + 1n) >> 1n
    if (middle ** BigInt(root) <= target) low = middle
    else high = middle - 1n
  }
  return Number(low & 0xffffffffn)
}

const INITIAL = fractions(2, 8)
const ROUND = fractions(3, 64)
