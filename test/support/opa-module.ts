import { gzipSync } from 'node:zlib'

/**
 * Assembles WebAssembly modules that speak OPA's ABI 1.2 by hand: no compiler of Rego is at hand where the tests run. The modules
 * export what `opa build -t wasm` exports and decide on the bytes of the input, but hold none of OPA's own evaluator.
 */

/** Entry points of the module, in the order of their numbers. */
export const OPA_ENTRY_POINTS = {
  /** True where the input holds the text `"audience":"employees"`. */
  'gatehouse/release/internal': 0,
  /** No result at all. */
  'gatehouse/release/undefined': 1,
  /** Never comes back. */
  'gatehouse/release/loops': 2,
  /** Takes memory until it is given no more, then runs on its own failure. */
  'gatehouse/release/floods': 3,
  /** Gives a text. */
  'gatehouse/release/speaks': 4,
} as const

const NEEDLE = '"audience":"employees"'
const AT = { entryPoints: 1_024, builtins: 1_536, yes: 1_600, no: 1_664, none: 1_728, text: 1_792, needle: 1_856 }
const HEAP = 4_096
const I32 = 0x7f

export interface OpaModuleOptions {
  /** A memory of its own beside the one it imports. */
  readonly ownMemory?: boolean
}

export function opaModule({ ownMemory = false }: OpaModuleOptions = {}): Uint8Array {
  const types = [functionType(0, 1), functionType(1, 1), functionType(1, 0), functionType(2, 1), functionType(7, 1)]
  // Function 0 is imported: opa_abort.
  const imports = [
    [...name('env'), ...name('memory'), 0x02, 0x00, ...leb(2)],
    [...name('env'), ...name('opa_abort'), 0x00, 2],
  ]
  const functions = [0, 0, 0, 2, 1, 3, 1, 4]
  const exported = [
    'builtins',
    'entrypoints',
    'opa_heap_ptr_get',
    'opa_heap_ptr_set',
    'opa_malloc',
    'opa_json_parse',
    'opa_json_dump',
    'opa_eval',
  ]
  const bodies = [
    code([], [...constant(AT.builtins)]),
    code([], [...constant(AT.entryPoints)]),
    code([], [0x23, 2]),
    code([], [0x20, 0, 0x24, 2]),
    // malloc: the heap pointer before, moved on by the size.
    code([], [0x23, 2, 0x23, 2, 0x20, 0, 0x6a, 0x24, 2]),
    code([], [0x20, 0]),
    code([], [0x20, 0]),
    code([I32, I32], evaluation()),
  ]
  const globals = [
    [I32, 0, ...constant(1), 0x0b],
    [I32, 0, ...constant(2), 0x0b],
    [I32, 1, ...constant(HEAP), 0x0b],
  ]
  const exports = [
    [...name('opa_wasm_abi_version'), 0x03, 0],
    [...name('opa_wasm_abi_minor_version'), 0x03, 1],
    ...exported.map((text, index) => [...name(text), 0x00, index + 1]),
  ]
  const data = [
    segment(AT.entryPoints, JSON.stringify(OPA_ENTRY_POINTS)),
    segment(AT.builtins, '{}'),
    segment(AT.yes, '[{"result":true}]'),
    segment(AT.no, '[{"result":false}]'),
    segment(AT.none, '[]'),
    segment(AT.text, '[{"result":"yes"}]'),
    segment(AT.needle, NEEDLE),
  ]
  return new Uint8Array([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, types),
    ...section(2, imports),
    ...section(
      3,
      functions.map((type) => [type]),
    ),
    ...(ownMemory ? section(5, [[0x00, 1]]) : []),
    ...section(6, globals),
    ...section(7, exports),
    ...section(10, bodies),
    ...section(11, data),
  ])
}

/** Parameters: 0 reserved, 1 entry point, 2 data, 3 input, 4 its length, 5 heap, 6 format. Locals: 7 place, 8 matched bytes. */
function evaluation(): readonly number[] {
  const isEntry = (entry: number): readonly number[] => [0x20, 1, ...constant(entry), 0x46]
  const answer = (at: number): readonly number[] => [...constant(at), 0x0f]
  const when = (entry: number, then: readonly number[]): readonly number[] => [
    ...isEntry(entry),
    0x04,
    0x40,
    ...then,
    0x0b,
  ]
  return [
    ...when(1, answer(AT.none)),
    ...when(2, [0x03, 0x40, 0x0c, 0, 0x0b]),
    // memory.grow by one page until it says -1, then unreachable.
    ...when(3, [0x03, 0x40, ...constant(16), 0x40, 0, ...constant(-1), 0x47, 0x0d, 0, 0x0b, 0x00]),
    ...when(4, answer(AT.text)),
    ...search(),
    ...constant(AT.no),
  ]
}

/** For each place of the input: how many bytes of the needle stand there? All of them: answer yes. */
function search(): readonly number[] {
  const byteAt = (base: readonly number[], index: readonly number[]): readonly number[] => [
    ...base,
    ...index,
    0x6a,
    0x2d,
    0,
    0,
  ]
  const matched = [0x20, 8]
  const here = [0x20, 3, 0x20, 7, 0x6a]
  return [
    0x02,
    0x40,
    0x03,
    0x40,
    // Past the end: leave both blocks.
    0x20,
    7,
    0x20,
    4,
    0x4e,
    0x0d,
    1,
    ...constant(0),
    0x21,
    8,
    0x02,
    0x40,
    0x03,
    0x40,
    ...byteAt(here, matched),
    ...byteAt(constant(AT.needle), matched),
    0x47,
    0x0d,
    1,

    0x20,
    8,
    ...constant(1),
    0x6a,
    0x22,
    8,
    ...constant(NEEDLE.length),
    0x46,
    0x04,
    0x40,
    ...constant(AT.yes),
    0x0f,
    0x0b,
    0x0c,
    0,
    0x0b,
    0x0b,
    0x20,
    7,
    ...constant(1),
    0x6a,
    0x21,
    7,
    0x0c,
    0,
    0x0b,
    0x0b,
  ]
}

function functionType(parameters: number, results: number): readonly number[] {
  return [
    0x60,
    parameters,
    ...Array.from({ length: parameters }, () => I32),
    results,
    ...Array.from({ length: results }, () => I32),
  ]
}

function code(locals: readonly number[], body: readonly number[]): readonly number[] {
  const groups = locals.length === 0 ? [0] : [1, locals.length, I32]
  const whole = [...groups, ...body, 0x0b]
  return [...leb(whole.length), ...whole]
}

function segment(at: number, text: string): readonly number[] {
  const bytes = [...Buffer.from(`${text}\0`)]
  return [0, ...constant(at), 0x0b, ...leb(bytes.length), ...bytes]
}

function section(id: number, entries: readonly (readonly number[])[]): readonly number[] {
  const body = [...leb(entries.length), ...entries.flat()]
  return [id, ...leb(body.length), ...body]
}

function name(text: string): readonly number[] {
  return [text.length, ...Buffer.from(text)]
}

function constant(value: number): readonly number[] {
  return [0x41, ...signedLeb(value)]
}

function leb(value: number): readonly number[] {
  const low = value & 0x7f
  return value < 0x80 ? [low] : [low | 0x80, ...leb(value >>> 7)]
}

function signedLeb(value: number): readonly number[] {
  const low = value & 0x7f
  const rest = value >> 7
  const isDone = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
  return isDone ? [low] : [low | 0x80, ...signedLeb(rest)]
}

export interface TarEntry {
  readonly path: string
  readonly bytes: Uint8Array
  readonly type?: string
}

/** A ustar archive as `opa build` packs one; entries may be as bad as a test wants them. */
export function tarOf(entries: readonly TarEntry[], { hasEnd = true }: { readonly hasEnd?: boolean } = {}): Buffer {
  const parts = entries.flatMap(({ path, bytes, type = '0' }) => {
    const head = Buffer.alloc(512)
    head.write(path, 0, 100)
    head.write('0000644\0', 100)
    head.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    head.write('        ', 148)
    head.write(type, 156)
    head.write('ustar\0' + '00', 257)
    const sum = head.reduce((total, byte) => total + byte, 0)
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [head, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...parts, ...(hasEnd ? [Buffer.alloc(1_024)] : [])])
}

/** A bundle as `opa build -t wasm` writes one. */
export function opaBundle(options: OpaModuleOptions = {}): Buffer {
  const manifest = {
    revision: '1',
    roots: ['gatehouse'],
    wasm: Object.keys(OPA_ENTRY_POINTS).map((entrypoint) => ({ entrypoint, module: '/policy.wasm' })),
  }
  return gzipSync(
    tarOf([
      { path: '/data.json', bytes: Buffer.from('{}') },
      { path: '/policy.wasm', bytes: opaModule(options) },
      { path: '/.manifest', bytes: Buffer.from(JSON.stringify(manifest)) },
    ]),
  )
}
