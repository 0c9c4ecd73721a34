import { describe, expect, test } from 'vitest'
import { findLinks } from '../links.ts'
import { LinkMemory } from './link-memory.ts'
import { linkFinding } from './link-policy.ts'
import type { LinkSpan } from './link-span.ts'

const hostsOf = (text: string): readonly string[] => findLinks(text).flatMap(({ hosts }) => hosts)
const only = (text: string): LinkSpan => {
  const [first, ...more] = findLinks(text)
  expect(more).toEqual([])
  return first!
}

describe('every place that leads out', () => {
  test.each([
    ['a definition on the next line', 'See [x].\n\n[x]:\n  https://evil.example/a'],
    ['a definition in angle brackets', '[x]: <https://evil.example/a> "t"'],
    ['a definition in a quote', '> [x]: //evil.example/a'],
    ['a destination with balanced parentheses', '[x](https://evil.example/a_(b)_c)'],
    ['a title with a parenthesis', '[x](//evil.example "a ) b")'],
    ['a label with brackets', '[a [b] c](//evil.example/a)'],
    ['an escaped slash', '[x](\\//evil.example/a)'],
    ['an escaped colon', '[x](https\\://evil.example)'],
    ['an encoded colon', '[x](https&#58;//evil.example)'],
    ['srcset', '<img srcset="/a.png 1x, //evil.example/b.png 2x">'],
    ['imagesrcset', '<link imagesrcset="//evil.example/b.png 2x">'],
    ['ping', '<a href="/a" ping="/b https://evil.example/p">x</a>'],
    ['formaction', '<button formaction="https://evil.example">'],
    ['a base', '<base href="//evil.example/">'],
    ['a refresh', '<meta http-equiv="Refresh" content="0; url=https://evil.example">'],
    ['a refresh without url=', '<meta content="5;//evil.example" http-equiv=refresh>'],
    ['a style sheet', '<style>@import "//evil.example/a.css";</style>'],
    ['a style sheet with an escaped name', '<style>a{background:u\\72l(//evil.example/a)}</style>'],
    ['a style sheet with a comment', '<style>@import/**/"//evil.example";</style>'],
    ['an image set', '<p style="background:image-set(\'//evil.example/a\' 1x)">'],
    ['a string over an escaped line end', '<p style="background:url(\'ht\\\ntps://evil.example/\')">'],
    ['a string over an escaped line end of Windows', '<p style="background:url(\'/\\\r\n/evil.example/\')">'],
    ['a string over an escaped form feed', '<p style="background:url(\'/\\\f/evil.example/\')">'],
    ['an escape that ends with a line end', '<style>a{b:u\\000072\r\nl(/\\2f evil.example)}</style>'],
    ['a comment that begins in a string', `<p style='a:"/*";b:u\\72l(/\\2f evil.example);c:"*/"'>`],
    ['much white space in CSS', `<p style="b:url(${' '.repeat(90)}'/\\2f evil.example')">`],
    [
      'much white space in a refresh',
      `<meta http-equiv=refresh content="0;${' '.repeat(90)}url${' '.repeat(90)}=//evil.example">`,
    ],
    ['CSS in the open', 'a { background: url(//evil.example/a) }'],
    ['an SVG use', '<svg><use xlink:href="https://evil.example/a#b"/></svg>'],
    ['an SVG fill', '<rect fill="url(https://evil.example/a#b)">'],
    ['an SVG animation', '<animate attributeName="href" values="/a;https://evil.example">'],
    ['a tag behind a broken attribute', '<img alt="a"b" src="https://evil.example/a">'],
    ['a tag whose quotes hold its end', '<img alt=">" src=//evil.example/a>'],
    ['a slash for a space', '<img/src="//evil.example/a">'],
    ['entities', '<img src="&#104;&#x74;tps:&sol;&sol;evil&period;example/a">'],
    ['numeric references without semicolons', '<img src="&#104ttps://evil.example/a">'],
    ['a decimal reference with many zeros', '<img src="&#00000000104;ttps://evil.example/a">'],
    ['a hexadecimal reference with many zeros', '<img src="/&#x00000002f;evil.example/a">'],
    ['a reference with thousands of zeros', `<img src="/&#${'0'.repeat(9_000)}47;evil.example/a">`],
    ['a reference with many zeros in Markdown', '[x](/&#00000000047;evil.example/a)'],
    ['a tab in the scheme', '<img src="ht\ttps://evil.example/a">'],
    ['a line end in the scheme', '<a href="htt\nps://evil.example/a">'],
    ['a space before', '<a href=" \u0001 https://evil.example/a">'],
    ['backslashes', '<img src="\\\\evil.example\\a">'],
    ['mixed slashes', '<img src="/\\evil.example/a">'],
    ['slashes and backslashes behind the scheme', '[x](https:\\/evil.example/a)'],
    ['a bare UNC path', 'open \\\\evil.example\\share'],
    ['credentials', 'https://good.example@evil.example/'],
    ['a percent-encoded host', '[x](https://%65vil.example/)'],
    ['fullwidth letters', '[x](https://ｅvil.example/)'],
    ['an ideographic full stop', '[x](https://evil。example/)'],
    ['a web-socket', '[x](wss://evil.example)'],
    ['a www name', 'see www.evil.example/a'],
    ['a URL glued to a word', 'seehttps://evil.example/a'],
    ['an unknown attribute with a style', '<b data-x="url(//evil.example)">'],
  ])('%s', (_, text) => {
    expect(hostsOf(text).some((host) => /^(?:www\.)?evil\.example$/.test(host))).toBe(true)
  })

  test('a tag that is longer than what is read of it is cut open, however its address is written', () => {
    const tag = `<img src="/&#${'0'.repeat(20_000)}47;evil.example/a">`
    expect(findLinks(tag)).toMatchObject([{ start: 0, hosts: ['unparsable'] }])
    expect(findLinks(`a <b and c > d ${'and so on '.repeat(2_000)}`)).toEqual([])
  })

  test.each([
    ['2130706433', '127.0.0.1'],
    ['0x7f000001', '127.0.0.1'],
    ['0177.0.0.1', '127.0.0.1'],
    ['127.1', '127.0.0.1'],
    ['[::ffff:7f00:1]', '[::ffff:7f00:1]'],
  ])('the address %s is %s', (written, host) => {
    expect(only(`[x](http://${written}/)`)).toMatchObject({ host, reasons: ['ip-address'] })
  })

  test.each([
    ['<a href="java\tscript:alert(1)">x</a>', 'javascript:'],
    ['<a href="&#106;avascript:alert(1)">x</a>', 'javascript:'],
    ['<a href=" JaVaScRiPt:alert(1)">x</a>', 'javascript:'],
    ['[x](VBSCRIPT:x)', 'vbscript:'],
    ['<iframe srcdoc="<b>x</b>">', 'script:'],
    ['<img src=x onerror="send()">', 'script:'],
    ['<script>send()</script>', 'script:'],
    ['[x](blob:https://good.example/1)', 'blob:'],
    ['[x](ms-word:ofe|u|https://evil.example)', 'ms-word:'],
    ['open file:///etc/passwd', 'file:'],
  ])('%s runs or opens something: %s', (text, host) => expect(hostsOf(text)).toContain(host))
})

describe('what stands inside a link, an image, a definition or a tag', () => {
  const policy = { allow: ['good.example'], images: false }
  const INNER = [
    '![i](https://evil.example/p.png)',
    '<img src="https://evil.example/p.png">',
    "<img src='/&#47;evil.example/p.png'>",
    '<p style="background:u\\72l(/\\2f evil.example)">',
    'https://evil.example/',
    '[j](https://evil.example/)',
  ]
  test.each<[string, (inner: string) => string]>([
    ['behind a destination', (inner) => `[x](https://good.example/ ${inner})`],
    ['behind a destination, with words', (inner) => `[x](https://good.example/ and ${inner} and so on)`],
    ['behind a blank line', (inner) => `[x](https://good.example/\n\n${inner}\n\n)`],
    ['in a title', (inner) => `[x](https://good.example/ "${inner}")`],
    ['in a title over blank lines', (inner) => `[x](https://good.example/ '\n\n${inner}\n\n')`],
    ['in a title in parentheses', (inner) => `[x](https://good.example/ (${inner}))`],
    ['behind a destination in angle brackets', (inner) => `[x](<https://good.example/> ${inner})`],
    ['in a destination in angle brackets', (inner) => `[x](<https://good.example/\n${inner}>)`],
    ['in a destination in a row of a table', (inner) => `|[x](https://good.example/|${inner}|)|\n|-|-|-|`],
    ['in a destination without a label', (inner) => `](https://good.example/${inner})`],
    ['in a definition', (inner) => `[x]: https://good.example/ ${inner}`],
    ['in the title of a definition', (inner) => `[x]: https://good.example/ "|${inner}|"`],
    ['in the title of a definition over lines', (inner) => `[x]: https://good.example/\n"\n\n${inner}\n\n"`],
    ['behind a definition in angle brackets', (inner) => `[x]: <https://good.example/> ${inner}`],
    ['in a tag that only HTML knows', (inner) => `<a/href='https://good.example/' title="${inner}">`],
    ['in a tag that code ends', (inner) => `\`<a href='https://good.example/\`' title='${inner}'>`],
    ['in an autolink that code ends', (inner) => `\`<https://good.example/\`${inner}>`],
    ['in the label', (inner) => `[a ${inner} b](https://good.example/)`],
  ])('is read on: %s', (_, around) => {
    for (const inner of INNER) {
      const links = findLinks(around(inner)).filter((link) => linkFinding(link, policy) !== undefined)
      expect([inner, links.flatMap(({ hosts }) => hosts)]).toEqual([inner, expect.arrayContaining(['evil.example'])])
    }
  })

  test.each([
    ['[x](https://good.example/ "a title") and [y](https://good.example/a_(b) \'t\')', 2],
    ['[![x](https://good.example/a.png)](https://good.example/)', 2],
    ['<a href="https://good.example/" title="more">x</a> https://good.example/?a[b]=c', 2],
    ['[x]: https://good.example/ "a title"\nAnd more', 1],
  ])('of an ordinary one is nothing else: %s', (text, count) => {
    const links = findLinks(text)
    expect(links).toHaveLength(count)
    expect(links.map((link) => linkFinding(link, { ...policy, images: true }))).toEqual(links.map(() => undefined))
  })

  test('joins the span around it, whichever goes on longer', () => {
    for (const text of [
      '[x](https://good.example/<a href="//evil.example" b=")c">)',
      '<a href="//good.example" b="https://evil.example/">',
    ])
      expect(findLinks(text)).toMatchObject([{ start: 0, hosts: ['good.example', 'evil.example'] }])
  })
})

describe('redirectors', () => {
  test.each([
    'https://good.example/r?url=https://evil.example/a',
    'https://good.example/r?u=https%3A%2F%2Fevil.example',
    'https://good.example/r?u=https%253A%252F%252Fevil.example',
    'https://good.example/r?next=//evil.example',
    'https://good.example/r?next=%5C%5Cevil.example',
    'https://good.example/r?redirect_uri=evil.example/x',
    'https://good.example/https://evil.example/x',
    'https://good.example/#to=https://evil.example',
    `https://good.example/?x=${Buffer.from('https://evil.example/').toString('base64')}`,
    '/login?next=https://evil.example',
  ])('%s hands on to a host that is not allowed', (url) => {
    const link = only(`[x](${url})`)
    expect(link.hosts).toContain('evil.example')
    expect(link.reasons).toContain('redirector')
    expect(linkFinding(link, { allow: ['good.example'], images: true })).toBe('egress/link')
    expect(linkFinding(link, { allow: ['good.example', 'evil.example'], images: true })).toBeUndefined()
  })

  test.each([
    'https://good.example/?q=evil.example',
    'https://good.example/a?page=2&sort=name',
    'https://good.example/a/b.html',
  ])('%s hands on nowhere', (url) => expect(only(`[x](${url})`).hosts).toEqual(['good.example']))
})

describe('a URL that carries data out of an allowed host', () => {
  const allow = { allow: ['good.example'], images: true }
  const long =
    'the customer Ana Lima of Porto has the order 1001 and asks whether the refund of 25 EUR was paid to the card that ends in 4242 or not'
  test.each([
    ['text in the query', `https://good.example/p?d=${encodeURIComponent(long)}`],
    ['base64 in the query', `https://good.example/p?d=${Buffer.from(long).toString('base64url')}`],
    ['hex in the path', `https://good.example/${Buffer.from(long).toString('hex')}/a.png`],
    ['base64 in the fragment', `https://good.example/#${Buffer.from(long).toString('base64url')}`],
    ['data in the credentials', `https://${Buffer.from(long).toString('hex')}@good.example/`],
    ['data in sub-domains', `https://${Buffer.from(long).toString('hex').slice(0, 60)}.good.example/`],
    [
      'data in small pieces',
      `https://good.example/?${Array.from({ length: 20 }, (_, at) => `p${at}=${(at * 7_919_191).toString(36)}`).join('&')}`,
    ],
  ])('%s', (_, url) => expect(linkFinding(only(`![x](${url})`), allow)).toBe('egress/data-in-url'))

  test.each([
    'https://good.example/docs/how-to/migrate-a-large-database-without-downtime-in-ten-steps',
    'https://good.example/orders/550e8400-e29b-41d4-a716-446655440000',
    'https://good.example/org/repo/commit/926fb68a5f0ac1b2d3e4f5061728394a5b6c7d8e',
    'https://good.example/search?q=return+policy+for+shoes&page=2&sort=price',
    'https://good.example/a?utm_source=newsletter&utm_medium=email&utm_campaign=autumn-sale',
    'https://good.example/watch?v=dQw4w9WgXcQ&t=42s',
  ])('%s is an ordinary one', (url) => expect(linkFinding(only(`[x](${url})`), allow)).toBeUndefined())
})

describe('policy', () => {
  const allow = ['good.example']
  test.each([
    ['[x](https://good.example)', false, undefined],
    ['![x](https://good.example/a.png)', false, 'egress/image'],
    ['![x](https://good.example/a.png)', true, undefined],
    ['[![x](https://good.example/a.png)](https://good.example)', false, 'egress/image'],
    ['![x][r]\n\n[r]: https://good.example/a.png', false, 'egress/image'],
    ['![R]\n\n[r]: https://good.example/a.png', false, 'egress/image'],
    ['<p style="background:url(https://good.example/a)">', false, 'egress/image'],
    ['<img src="https://good.example/a" srcset="https://evil.example/b 2x">', true, 'egress/image'],
    ['<a href="https://good.example" ping="https://evil.example">', true, 'egress/link'],
    ['<form action="https://good.example">', false, undefined],
  ])('%s, images %s: %s', (text, images, finding) => {
    expect(
      findLinks(text)
        .map((link) => linkFinding(link, { allow, images }))
        .find(Boolean),
    ).toBe(finding)
  })

  test.each(['https://еxample.com/', 'https://xn--xample-2of.com/', 'https://gооd.example/'])(
    '%s is a homograph',
    (url) => expect(only(url).reasons).toContain('homograph'),
  )
  test.each(['https://münchen.example/', 'https://пример.example/', 'https://例え.example/'])('%s is none', (url) =>
    expect(only(url).reasons).not.toContain('homograph'),
  )
})

describe('prose and code', () => {
  test.each([
    'Data: the numbers follow. Javascript: a language. File: see above.',
    '// a comment in code',
    'x = a // b; y = c // d',
    'a regular expression \\\\d+\\\\.\\\\w and a path C:\\\\Users\\\\ana\\\\file.txt',
    'and/or, 1/2, w.w.w, www is old',
    'a < b and b > c; if (a<b) { c>d }',
    'vector<string> and Map<string, number[]>',
    '<Button onClick={handle} title="x">',
    'items[0]: first, items[1]: second',
    'url(#gradient) and url(/local.png)',
    'mailto:ana@example.com',
    '<p class="a" id=b>text</p><br/>',
  ])('%s has no link', (text) => expect(findLinks(text)).toEqual([]))

  test.each([
    '<a b="',
    '<a <a "',
    "<a b='>'",
    '[x]: ',
    '[]:\n',
    '](a',
    'url(',
    '<style>',
    '<a\n',
    '@import "',
    'www.',
    '\\\\a.',
    '![x][',
  ])('half a million characters of `%s` end in an answer', (unit) => {
    const text = unit.repeat(Math.floor(500_000 / unit.length))
    expect(findLinks(text).length).toBeLessThanOrEqual(text.length)
  })
})

describe('images whose address stands elsewhere', () => {
  const policy = { allow: ['good.example'], images: false }
  const found = (text: string): readonly (string | undefined)[] =>
    findLinks(text).map((link) => linkFinding(link, policy))
  const DEFINITION = '[r]: https://good.example/p.png'

  test.each([
    ['by its own label', '![r]', DEFINITION],
    ['by its own label and empty brackets', '![r][]', DEFINITION],
    ['by a label behind it', '![x][r]', DEFINITION],
    ['by a label behind a space', '![x] [R]', DEFINITION],
    ['by a label behind a line end', '![x]\n[r]', DEFINITION],
    ['in a list', '![r]', `1. ${DEFINITION}`],
    ['in quotes', '![r]', `> > - > * ${DEFINITION}`],
    ['with a bracket in code', '![a `[` b][r]', DEFINITION],
    ['with a bracket in a tag', '![a <b c="["> d][r]', DEFINITION],
    ['with an escaped bracket', '![a \\[ b][r]', DEFINITION],
    ['with an escaped bracket in the label', '![r\\]]', '[r\\]]: https://good.example/p.png'],
    ['in another case', '![ẞ]', '[SS]: https://good.example/p.png'],
  ])('are images, whichever comes first: %s', (_, image, definition) => {
    expect(found(`${image}\n\n${definition}\n`)).toEqual(['egress/image'])
    expect(found(`${definition}\n\n${image}\n`)).toEqual([undefined, 'egress/image'])
  })

  test.each([
    '![a `[` b](https://good.example/p.png)',
    '![a \\[ b](https://good.example/p.png)',
    '![a <b c="["> d](https://good.example/p.png)',
    `![${'a'.repeat(3_000)}](https://good.example/p.png)`,
    `![${'`['.repeat(300)}](https://good.example/p.png)`,
    'https://good.example/![i](https://good.example/p.png)',
  ])('and brackets that do not match make no link of one: %#', (text) => {
    expect(found(text)).toContain('egress/image')
  })

  test('a bracket of an earlier paragraph makes no image of a link', () => {
    expect(found('Look ![ here.\n\n[x](https://good.example/) and [r]\n\n[r]: https://good.example/')).toEqual([
      undefined,
      undefined,
    ])
  })

  test('more labels than are remembered count as known', () => {
    const names = Array.from({ length: 1_001 }, (_, at) => `n${at}`)
    const definitions = names.map((name) => `[${name}]: https://good.example/\n`).join('')
    const images = names.map((name) => `![${name}]\n`).join('')
    expect(found(`${definitions}\n![n1000] ![other]`).slice(-2)).toEqual(['egress/image', 'egress/image'])
    expect(found(`${images}\n${definitions}`).filter((finding) => finding === 'egress/image')).toHaveLength(1_001)
  })

  test('what a text says is known to the next, and what is tried on it is not', () => {
    const memory = new LinkMemory()
    findLinks(`${DEFINITION}\n`, memory)
    findLinks('[t]: https://good.example/\n', new LinkMemory(memory))
    expect(findLinks('![r] ![t]', new LinkMemory(memory)).map(({ loads }) => loads)).toEqual([true])
  })
})
