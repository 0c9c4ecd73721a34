import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cut, pick, seeded } from './random.ts'

/** Text of one kind, at most `size` UTF-16 units and little less; the same for the same size. */
export interface Corpus {
  readonly name: string
  readonly text: (size: number) => string
}

const NON_LATIN = [
  'Посылка прибудет в пункт выдачи завтра после обеда, возьмите с собой документ. ',
  '您的包裹预计明天下午送达，请保持电话畅通，谢谢您的耐心等待。',
  'يرجى مراجعة حالة الطلب قبل الاتصال بخدمة العملاء، فالتفاصيل متاحة في حسابك. ',
  'आपका ऑर्डर भेज दिया गया है और कल शाम तक आपके पते पर पहुँच जाएगा। ',
  'ご注文の商品は本日発送いたしました。到着まで二日ほどお待ちください。',
  '주문하신 상품은 내일 오전에 도착할 예정이며 부재 시 경비실에 맡겨 드립니다. ',
  'Η παραγγελία σας ετοιμάζεται και θα σταλεί μέσα στην εβδομάδα. ',
] as const

const CHAT = [
  'hey, can you check where my order is? it was supposed to be here yesterday 😅',
  'Sure! Could you tell me the order number, please?',
  'its ORD-48213, placed on 2026-10-02',
  'Thanks. It left our warehouse on Monday and is **out for delivery** today.',
  'My e-mail changed, it is now anna.example@example.org',
  'Done. Anything else?',
  'how do i reset the router? the red light keeps blinking',
  '1. Hold the button for ten seconds.\n2. Wait until the light turns green.\n3. Connect again.',
  'lol ok that worked, thx!!',
  'Could you summarise the attached notes in three bullet points for my manager?',
  '- revenue grew by 4.2 % in the third quarter\n- two suppliers were changed\n- hiring is paused until March',
  'What does `const x = items.map((item) => item.id)` do?',
  'See https://docs.example.com/guides/returns?lang=en#fees for the details.',
  'Und wie lange dauert die Rückerstattung normalerweise?',
] as const

/** Grows a text piece by piece and cuts it. */
function grown(size: number, piece: () => string): string {
  const pieces: string[] = []
  for (let length = 0; length < size;) {
    const next = piece()
    pieces.push(next)
    length += next.length
  }
  return cut(pieces.join(''), size)
}

function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.includes('node_modules') && !path.includes('reports'))
    .toSorted()
    .map((path) => readFileSync(join(folder, path), 'utf8'))
}

/** Paragraphs of this repository's own pages: no headings, tables, lists, code or links. */
function paragraphs(root: string): readonly string[] {
  return filesBelow(join(root, 'docs'), '.md')
    .flatMap((page) => page.replaceAll(/```[^]*?```/g, '').split('\n\n'))
    .map((text) => text.replaceAll('\n', ' ').replaceAll('`', '').trim())
    .filter((text) => text.length > 80 && !/^[#|<*\d-]|\]\(|https?:|[{}\\@]/.test(text))
}

function jsonRecords(size: number, sentences: readonly string[]): string {
  const random = seeded(3)
  const head = '{"results":['
  const rows: string[] = []
  for (let length = head.length + 2; length < size;) {
    const row = JSON.stringify({
      id: `ord_${Math.floor(random() * 1e9).toString(36)}`,
      status: pick(random, ['shipped', 'packed', 'delivered', 'returned']),
      updatedAt: new Date(1_790_000_000_000 + Math.floor(random() * 1e10)).toISOString(),
      total: Math.floor(random() * 100_000) / 100,
      note: pick(random, sentences).slice(0, 160),
    })
    length += row.length + 1
    if (length > size) break
    rows.push(row)
  }
  return `${head}${rows.join(',')}]}`
}

/** The texts on which speed is measured: made from this repository and a fixed seed, nothing else. */
export function corpora(root: string): readonly Corpus[] {
  const prose = paragraphs(root)
  const code = filesBelow(join(root, 'src'), '.ts')
  return [
    { name: 'English prose', text: (size) => shuffled(size, 1, prose, '\n\n') },
    { name: 'chat mixture', text: (size) => shuffled(size, 2, CHAT, '\n') },
    { name: 'JSON tool results', text: (size) => jsonRecords(size, prose) },
    { name: 'source code', text: (size) => shuffled(size, 4, code, '\n') },
    { name: 'digits-dense', text: (size) => digits(size) },
    { name: 'non-Latin', text: (size) => shuffled(size, 6, NON_LATIN, '\n') },
    { name: 'base64-dense', text: (size) => base64(size, prose) },
  ]
}

function shuffled(size: number, seed: number, pieces: readonly string[], end: string): string {
  const random = seeded(seed)
  return grown(size, () => pick(random, pieces) + end)
}

function digits(size: number): string {
  const random = seeded(5)
  const number = (length: number): string => Math.floor(random() * 10 ** length).toString()
  return grown(size, () => `${number(10)},${number(3)}.${number(2)},${number(13)},2026-11-${number(2)} ${number(6)};\n`)
}

/** Blocks of 4 KB of random bytes between paragraphs. */
function base64(size: number, prose: readonly string[]): string {
  const random = seeded(7)
  return grown(size, () => {
    const bytes = Uint8Array.from({ length: 3_072 }, () => Math.floor(random() * 256))
    return `${Buffer.from(bytes).toString('base64')}\n${pick(random, prose)}\n`
  })
}
