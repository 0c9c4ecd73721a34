import { expect, test } from 'vitest'
import { epochMs } from '../../../base/instant.ts'
import { sigV4, type SignedCall } from './sigv4.ts'

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const CALL: SignedCall = {
  method: 'GET',
  url: 'https://example.amazonaws.com/',
  headers: {},
  body: '',
  region: 'us-east-1',
  service: 'service',
  at: epochMs(Date.UTC(2015, 7, 30, 12, 36, 0)),
}

// Signatures as AWS publishes them: its signature test suite (get-vanilla, post-vanilla, post-x-www-form-urlencoded,
// get-vanilla-query-order-key-case) and the example of its guide to IAM.
test.each<[string, Partial<SignedCall>, string]>([
  ['get-vanilla', {}, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', { method: 'POST' }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'post-x-www-form-urlencoded',
    { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'Param1=value1' },
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
  [
    'get-vanilla-query-order-key-case',
    { url: 'https://example.amazonaws.com/?Param2=value2&Param1=value1' },
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'the guide to IAM',
    {
      url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
      service: 'iam',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    },
    '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  ],
])('signs as %s', (_, more, signature) => {
  const { authorization, host, 'x-amz-date': date } = sigV4({ ...CALL, ...more }, CREDENTIALS)
  expect(authorization).toMatch(new RegExp(`Signature=${signature}$`))
  expect([host, date]).toEqual([new URL(more.url ?? CALL.url).host, '20150830T123600Z'])
})

test('puts a session token under the signature', () => {
  const plain = sigV4(CALL, CREDENTIALS)
  const session = sigV4(CALL, { ...CREDENTIALS, sessionToken: 'abc' })
  expect(session['x-amz-security-token']).toBe('abc')
  expect(session['authorization']).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token')
  expect(session['authorization']).not.toBe(plain['authorization'])
})
