// The bypass matrix beside a peer: a secret at each place of a request and of an answer, over each route, whole and streamed.
import { startFakeProvider, says, type FakeChoice, type FakeProvider } from '../test/support/fake-provider.ts'
import { saidIn, WIRES, type Placed } from '../test/support/gateway-wires.ts'
import type { Table } from './print.ts'
import type { Goal } from './result.ts'

/** Both gateways look for this one: the peer by its pattern, ours by its kind. */
const SECRET = `ghp_${'aB3dE6gH9jKlMn0pQ'.repeat(3).slice(0, 36)}`

export interface BypassTarget {
  readonly name: string
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
}

const REQUESTS: readonly (readonly [string, Placed])[] = [
  ['last message', { lastUser: `use ${SECRET} now` }],
  ['earlier turn', { earlierUser: `I said ${SECRET} once` }],
  ['assistant turn', { assistant: `you said ${SECRET} once` }],
  ['tool result', { toolResult: `found ${SECRET} there` }],
  ['tool arguments', { callArguments: SECRET }],
  ['tool description', { toolDescription: `looks up ${SECRET} quickly` }],
  ['second part', { secondPart: `and ${SECRET} too` }],
  ['image address', { image: `https://images.example.com/a.png?k=${SECRET}` }],
]
const ANSWERS: readonly (readonly [string, readonly FakeChoice[]])[] = [
  ['text', [{ text: `The key is ${SECRET}, keep it.` }]],
  ['second choice', [{ text: 'fine' }, { text: `The key is ${SECRET}.` }]],
  ['tool arguments', [{ toolCalls: [{ id: 'c', name: 'lookup_order', arguments: `{"order":"${SECRET}"}` }] }]],
]

interface Cell {
  readonly route: string
  readonly isStream: boolean
  readonly place: string
  /** Whether the secret got through, by target. */
  readonly isOpen: readonly boolean[]
}

/** `open` starts a target in front of a provider; both are asked the same. */
export async function benchBypass(
  open: (providerUrl: string) => Promise<readonly BypassTarget[]>,
): Promise<{ readonly table: Table; readonly goals: readonly Goal[]; readonly cells: readonly Cell[] }> {
  await using provider = await startFakeProvider()
  const targets = await open(provider.url)
  const cells: Cell[] = []
  for (const [wire, { path, request }] of Object.entries(WIRES))
    for (const isStream of [false, true]) {
      const route = path.slice('/v1'.length)
      for (const [place, placed] of REQUESTS) {
        provider.answer(says('hello'))
        const isOpen: boolean[] = []
        for (const target of targets) isOpen.push(await reaches(provider, target, path, request(placed, { isStream })))
        cells.push({ route, isStream, place: `request, ${place}`, isOpen })
      }
      for (const [place, choices] of ANSWERS) {
        if (choices.length > 1 && wire !== 'chat') continue
        provider.answer({ kind: 'completion', choices, wire: { deltaChars: 7 } })
        const body = request({}, { isStream, choices: choices.length })
        const isOpen: boolean[] = []
        for (const target of targets) isOpen.push((await ask(target, path, body)).includes(SECRET))
        cells.push({ route, isStream, place: `answer, ${place}`, isOpen })
      }
    }
  const opened = (at: number): number => cells.filter(({ isOpen }) => isOpen[at] === true).length
  return {
    cells,
    goals: [
      { goal: 'ways past our guard, of the bypass matrix: none', figure: String(opened(0)), isMet: opened(0) === 0 },
    ],
    table: {
      title: 'Bypass matrix: whether a secret that both look for gets through',
      head: ['route', 'streamed', 'place', ...targets.map(({ name }) => name)],
      rows: [
        ...cells.map(({ route, isStream, place, isOpen }) => [
          route,
          isStream ? 'yes' : 'no',
          place,
          ...isOpen.map((one) => (one ? 'open' : 'closed')),
        ]),
        ['all', '', `${cells.length} cells`, ...targets.map((_, at) => `${opened(at)} open`)],
      ],
      note: 'A route that a peer refuses counts as closed.',
    },
  }
}

async function reaches(provider: FakeProvider, target: BypassTarget, path: string, body: object): Promise<boolean> {
  provider.seen.length = 0
  await ask(target, path, body)
  return JSON.stringify(provider.seen.map((one) => one.body)).includes(SECRET)
}

async function ask({ port, headers }: BypassTarget, path: string, body: object): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  })
  const text = await response.text()
  return response.status === 200 ? `${text}\n${saidIn(text)}` : text
}
