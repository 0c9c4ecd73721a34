import { assert, constantFrom, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { addressesIn, bareUrl, hostOf, isSameSite, says, urlsIn } from './value-forms.ts'

test.each([
  ['visit www.shop.example', 'https://shop.example/', true],
  ['visit https://shop.example/a', 'www.shop.example/a', true],
  ['visit shop.example', 'https://shop.example.evil.example', false],
  ['visit shop.example', 'https://shop.example@evil.example/', false],
  ['pay GB29 NWBK 6016 1331 9268 19', 'GB29NWBK60161331926819', true],
  ['pay GB29NWBK60161331926819', 'GB29NWBK60161331926818', false],
  ['call +44 1632 960018', '+441632960018', true],
  ['room 12', '12', true],
  ['room 123', '12', false],
  ['pay 55123456789000', '123456789', false],
  ['order 4711 20241126 9', '4711202411269', false],
  ['order 4711 20241126 9', '4711', true],
  ['order 4711 20241126 9', '20241126', true],
  ['pay DE89 3704 0044 0532 0130 00 for rent', 'DE89370400440532013000', true],
  ['pay DE89 3704 0044 0532 0130 00', '370400440532013000', false],
  ['pay DE89 3704 0044 0532 0130 00', 'DE8937040044053201', false],
  ['card 4111 1111 1111 1111', '4111111111111111', true],
  ['card 4111-1111-1111-1111.', '4111111111111111', true],
  ['card 4111 1111 1111 1111', '11111111', false],
  ['card 3782 822463 10005', '378282246310005', true],
  ['call +44 1632 960018', '+441632960018', true],
  ['call +1 (555) 123-4567', '+15551234567', true],
  ['call 0163 2960018', '01632960018', true],
  ['call +44 1632 960018', '1632960018', false],
  ['Call 415-555-0199', '4155550199', true],
  ['Call 415 555 0199.', '4155550199', true],
  ['Call 415-555 0199', '4155550199', false],
  ['Call 415 555 0199 7', '4155550199', false],
  ['rooms 12 415 555 0199', '4155550199', false],
  ['Call 415-555-0199', '5550199', false],
  ['items 41 5555 0199', '4155550199', false],
  ['ABN 51 824 753 556', '51824753556', true],
  ['ABN 51-824 753-556', '51824753556', false],
  ['ABN 51 824 753 556', '824753556', false],
  ['account 12345678 50 euros', '12345678', true],
  ['account 1234 5678 90', '1234567890', true],
  ['the tag gb12 abcd-efgh', 'gb12abcdefgh', false],
  ['Invoice 9, customer 1234567890 due 12345', '9123456789012345', false],
  ['ES91 2100 0418 4502 0005 1332 for rent', 'ES9121000418450200051332', true],
  ['DE89-3704-0044-0532-0130-00', 'DE89370400440532013000', true],
  ['push https://github.com/acme/repo', 'https://github.com/acme', false],
  ['push https://github.com/acme/repo', 'https://github.com', false],
  ['push https://github.com/acme/repo', 'acme', false],
  ['push https://github.com/acme/repo', 'repo', false],
  ['push https://github.com/acme/repo', 'javascript://github.com/acme/repo', false],
  ['push https://github.com/acme/repo', 'https://github.com/acme/repo/', true],
  ['push https://github.com/acme/repo', 'https://github.com/acme/repo#readme', true],
  ['push github.com/acme/repo', 'https://github.com/acme/repo', true],
  ['push https://github.com/acme/repo', 'http://github.com/acme/repo', false],
  ['push http://github.com/acme/repo', 'https://github.com/acme/repo', true],
  ['push https://github.com/acme/repo', 'git://github.com/acme/repo', false],
  ['push git://github.com/acme/repo', 'git://github.com/acme/repo', true],
  ['push https://host.test:8443/x', 'https://host.test', false],
  ['push https://github.com/acme/repo', 'github.com', false],
  ['push acme/repo', 'acme', true],
  ['push acme/repo', 'repo', true],
  ['push acme/repo.', 'repo', true],
  ['push acme/repo', 'acme/repo', true],
  ['Tell Bob/Anna', 'bob', true],
  ['see /work/a/b', '/work/a', false],
  ['see /work/a/b', 'a', false],
  ['see /work/a/b', '/work', false],
  ['see /work/a/b', 'work/a/b', true],
  ['see docs/a', '/docs/a', false],
  ['see /docs/a.txt', 'a.txt', false],
  ['see /docs/', '/docs', true],
  ['see /docs/.', '/docs', true],
  ['mail carol@foo.test', 'carol@foo.test', true],
  ["mail o'carol@foo.test", 'carol@foo.test', false],
  ['mail a!carol@foo.test', 'carol@foo.test', false],
  ['mail a/carol@foo.test', 'carol@foo.test', false],
  ['mail "carol@foo.test"', 'carol@foo.test', true],
  ["mail 'carol@foo.test'", 'carol@foo.test', true],
  ['mailto:carol@foo.test', 'carol@foo.test', true],
  ['mail Carol <carol@foo.test>', 'carol@foo.test', true],
  ['pay 1,250.50', '1', false],
  ['pay 1,250.50', '250.50', false],
  ['pay 1,250.50', '250', false],
  ['pay 1,250.50', '1,250.50', true],
  ['pay 98.70', '98', false],
  ['pay 98,70', '98', false],
  ['orders 4711,4712', '4711', true],
  ['orders 4711,4712', '4712', true],
  ['rooms 12, 13', '12', true],
  ['at 10:30', '30', false],
  ['at 10:30', '10', false],
  ['on 2024/11/26', '26', false],
  ['code:1234', '1234', true],
  ['order#4711', '4711', true],
  ["Anna's", 'anna', true],
  ['$50', '50', true],
  ['watch https://y.test/watch?v=abc123', 'abc123', false],
  ['fetch README.md', 'https://readme.md', false],
  ['fetch README.md', 'README.md', true],
  ['send to x (see https://a.test/p), then', 'https://a.test/p', true],
  ['[site](https://a.test/p)', 'https://a.test/p', true],
  ['visit https://a.test/?q=1', 'https://a.test/?q=1', true],
  ['visit https://a.test/?q=1', 'https://a.test/', false],
  ['port 22', '22', true],
  ['see s3://bucket/key', 's3://bucket/key', true],
  ['see s3://bucket/key', 's3://bucket', false],
  ['C:\\work\\a.txt', 'C:\\work\\a.txt', true],
  ['C:\\work\\a.txt', 'C:\\work', false],
  ['C:\\work\\a.txt', 'a.txt', false],
  ['Call it "Q3: Plan"', 'Q3: Plan', true],
  ['note:remember the milk', 'note:remember the milk', true],
])('“%s” says %s: %s', (text, value, expected) => {
  expect(says(text, value)).toBe(expected)
})

test.each([
  ['http://www.A.example/x/', 'a.example/x', 'a.example'],
  ['a.example:8080/x', 'a.example:8080/x', 'a.example'],
  ['user@a.example', undefined, undefined],
  ['https://a.example@b.example/', undefined, undefined],
  ['no url', undefined, undefined],
  ['1.5', undefined, undefined],
])('%s is the bare URL %s of host %s', (value, bare, host) => {
  expect(bareUrl(value)).toBe(bare)
  expect(hostOf(value)).toBe(host)
})

test('a host below a site is of the site, one that only ends alike is not', () => {
  expect(isSameSite('a.b.example', 'b.example')).toBe(true)
  expect(isSameSite('ab.example', 'b.example')).toBe(false)
})

test('no part of a number is said, and no two numbers are one', () => {
  const digits = integer({ min: 100_000_000, max: 999_999_999 }).map(String)
  assert(
    property(digits, digits, constantFrom('', ' ', '-', ',', '.', '/', ':'), (left, right, sign) => {
      const text = `pay ${left}${sign}${right} now`
      expect(says(text, left + right)).toBe(sign === '')
      for (const part of [left.slice(1), right.slice(0, -1), left + right.slice(0, 4)])
        expect(says(text, part), `${text} ${part}`).toBe(false)
    }),
  )
})

test.each([
  ['summarise README.md', []],
  ['run setup.sh, then main.py and notes.zip.', []],
  ['open https://README.md', ['readme.md']],
  ['open www.notes.zip', ['notes.zip']],
  ['open readme.md/c', ['readme.md/c']],
  ['open readme.md:8080', ['readme.md:8080']],
  ['open readme.md?q=1', ['readme.md?q=1']],
  ['open shop.example and docs.shop.example', ['shop.example', 'docs.shop.example']],
])('“%s” names the sites %j', (text, urls) => {
  expect(urlsIn(text)).toEqual(urls)
})

test('a bare name of a file in a text may be made a link, and counts as an address', () => {
  expect(addressesIn('see notes.zip')).toEqual(['notes.zip'])
})

test('addresses are found inside prose and markup', () => {
  const text = 'Mail <a@x.example>, see (https://y.example/p). <a href="http://z.example">z</a>, pay DH5939281092.'
  expect(addressesIn(text)).toEqual(['a@x.example', 'dh5939281092', 'y.example/p', 'z.example'])
  expect(urlsIn('mail a@x.example')).toEqual([])
})
