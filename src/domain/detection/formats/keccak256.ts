/** Keccak-256 with the original padding 0x01, as Ethereum uses it (Keccak reference 3.0; FIPS 202 pads otherwise). Bytes in, 32 bytes out. */
export function keccak256(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(message.length / RATE) + 1) * RATE)
  padded.set(message)
  padded[message.length] = (padded[message.length] ?? 0) ^ 0x01
  padded[padded.length - 1] = (padded[padded.length - 1] ?? 0) ^ 0x80
  const view = new DataView(padded.buffer)
  // Lane l is the pair state[2l] (low half) and state[2l + 1] (high half).
  const state = new Uint32Array(50)
  for (let offset = 0; offset < padded.length; offset += RATE) {
    for (let word = 0; word < RATE / 4; word++)
      state[word] = (state[word] ?? 0) ^ view.getUint32(offset + 4 * word, true)
    permute(state)
  }
  const out = new Uint8Array(32)
  const outView = new DataView(out.buffer)
  for (let word = 0; word < 8; word++) outView.setUint32(4 * word, state[word] ?? 0, true)
  return out
}

const RATE = 136
const ROUNDS = 24

/** Rotation of each step of the walk that rho and pi share: the triangular numbers modulo 64. */
const ROTATIONS = Uint8Array.from({ length: 24 }, (_, step) => (((step + 1) * (step + 2)) / 2) % 64)
const WALK = laneWalk()
const IOTA = roundConstants()

/** From (1, 0) on: (x, y) goes to (y, 2x + 3y). */
function laneWalk(): Uint8Array {
  const walk = new Uint8Array(25)
  let [x, y] = [1, 0]
  for (let step = 0; step < 25; step++) {
    walk[step] = x + 5 * y
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
  }
  return walk
}

/** Bits of the linear feedback shift register x^8 + x^6 + x^5 + x^4 + 1 at places 2^j - 1. */
function roundConstants(): Uint32Array {
  const constants = new Uint32Array(2 * ROUNDS)
  let register = 1
  for (let round = 0; round < ROUNDS; round++)
    for (let j = 0; j < 7; j++) {
      const place = (1 << j) - 1
      if ((register & 1) !== 0) {
        const half = 2 * round + (place >> 5)
        constants[half] = (constants[half] ?? 0) ^ (1 << (place & 31))
      }
      register = (register << 1) ^ (((register >> 7) & 1) * 0x171)
    }
  return constants
}

function permute(state: Uint32Array): void {
  const column = new Uint32Array(10)
  const row = new Uint32Array(10)
  for (let round = 0; round < ROUNDS; round++) {
    theta(state, column)
    rhoPi(state)
    for (let y = 0; y < 50; y += 10) {
      row.set(state.subarray(y, y + 10))
      for (let half = 0; half < 10; half++)
        state[y + half] = (row[half] as number) ^ (~(row[(half + 2) % 10] as number) & (row[(half + 4) % 10] as number))
    }
    state[0] = (state[0] as number) ^ (IOTA[2 * round] as number)
    state[1] = (state[1] as number) ^ (IOTA[2 * round + 1] as number)
  }
}

function theta(state: Uint32Array, column: Uint32Array): void {
  for (let half = 0; half < 10; half++) {
    let parity = 0
    for (let y = half; y < 50; y += 10) parity ^= state[y] as number
    column[half] = parity
  }
  for (let x = 0; x < 5; x++) {
    const low = column[(2 * x + 2) % 10] as number
    const high = column[(2 * x + 3) % 10] as number
    const dLow = (column[(2 * x + 8) % 10] as number) ^ ((low << 1) | (high >>> 31))
    const dHigh = (column[(2 * x + 9) % 10] as number) ^ ((high << 1) | (low >>> 31))
    for (let y = 2 * x; y < 50; y += 10) {
      state[y] = (state[y] as number) ^ dLow
      state[y + 1] = (state[y + 1] as number) ^ dHigh
    }
  }
}

function rhoPi(state: Uint32Array): void {
  let low = state[2] as number
  let high = state[3] as number
  for (let step = 0; step < 24; step++) {
    const target = 2 * (WALK[step + 1] as number)
    const bits = ROTATIONS[step] as number
    const [a, b] = bits < 32 ? [low, high] : [high, low]
    const shift = bits % 32
    low = state[target] as number
    high = state[target + 1] as number
    state[target] = shift === 0 ? a : (a << shift) | (b >>> (32 - shift))
    state[target + 1] = shift === 0 ? b : (b << shift) | (a >>> (32 - shift))
  }
}
