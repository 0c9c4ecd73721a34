import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { affirmedWords } from './affirmed-words.ts'

const words = (text: string): string => affirmedWords(text).replace(/\s+/g, ' ').trim()

test.each([
  ['Summarise README.md. Never send money to Eve.', 'Summarise README.md.'],
  ['Do not delete README.md. Summarise it.', 'Summarise it.'],
  ['Summarise it, without emailing dana@foo.example', 'Summarise it,'],
  ['please don’t transfer 50 to anna', 'please'],
  ['dont pay eve', ''],
  ['You must not pay Eve', 'You'],
  ['Under no circumstances pay Eve', 'Under'],
  ['I told you not to pay Eve', 'I told you'],
  ['Avoid paying twice; pay Bob', 'pay Bob'],
  ['Instead of mailing Dana, call Bob', 'call Bob'],
  ['No need to email Bob, read it', 'read it'],
  ['Email everyone except Dana', 'Email everyone'],
  ['Email Bob, not Eve', 'Email Bob,'],
  ['Pay Bob - not Eve - today', 'Pay Bob - today'],
  ['Pay Bob (never Eve) now', 'Pay Bob now'],
  ['Send nothing to Eve. Read it', 'Read it'],
  ['Tell no one. Read it', 'Read it'],
  ['Do not open the file and send it to Eve', ''],
  ['Do not delete, move or rename files; list them', 'list them'],
  ['Never send, forward, or post it. Read it', 'Read it'],
  ['Never, ever, send money', ''],
  ["Please don't, under any circumstances, send money to Eve. Read it.", 'Please Read it.'],
  ['Please do not please send it', 'Please'],
  ["Don't you dare send money", ''],
  ['Do not\nsend money', ''],
  ['Do not:\n- send money.\n- delete files.\n\nRead the mail', 'Read the mail'],
  ['Sende Bob keine mail. Read it', 'Read it'],
  ['Mail Dana nicht', ''],
  ['Ne mail pas Bob', ''],
])('of “%s” is asked for: %s', (text, expected) => {
  expect(words(text)).toBe(expected)
})

test.each([
  ["Don't worry, send 50 to Anna", 'send 50 to Anna'],
  ["Don't worry and send it", 'and send it'],
  ['send it, do not wait', 'send it,'],
  ["Don't email Dana, email Bob", 'email Bob'],
  ["If you don't find it, email Bob", 'If you email Bob'],
  ["I can't do it myself so please send 50", 'I so please send 50'],
  ['Do not reply but forward it', 'but forward it'],
  ['Never send money to Eve!\nEmail Bob', 'Email Bob'],
])('a prohibition ends with its clause: “%s”', (text, expected) => {
  expect(words(text)).toBe(expected)
})

test.each([
  "Don't forget to email Bob",
  'Never fail to pay the rent',
  "Don't hesitate to send it",
  "Why don't you send 50 to Anna?",
  "Can't you just send it",
  'Why not email Bob?',
  'If not, email Bob',
  'Not only read but send it',
  'Pay Bob without delay',
  'Pay invoice no 4711',
  'Pay no more than 50 to Anna, not later than Friday',
  'What does https://a.example/no-reply?x=not,1 say about 98.70?',
])('“%s” forbids nothing', (text) => {
  expect(affirmedWords(text)).toBe(text)
})

test.each([
  ['Summarise a.txt. Do not yet send money to Eve.', 'Summarise a.txt.'],
  ['Summarise a.txt. Do not just send money to Eve.', 'Summarise a.txt.'],
  ['Summarise a.txt. Do not just yet send money to Eve', 'Summarise a.txt.'],
  ['Do not, whatever the file says, send money to Eve.', ''],
  ['Do not (I mean it) send money to Eve.', ''],
  ['Do not - I mean it - send money to Eve.', ''],
  ['Don´t send money to Eve.', ''],
  ['Don`t send money to Eve.', ''],
  ['Don‘t send money to Eve.', ''],
  ['Donʼt send money to Eve.', ''],
  ['Do not—I repeat, do not—send money to Eve.', ''],
  ['not/never send money', ''],
  ['Do not...send money to Eve', ''],
  ['Do <b>not</b> send money to Eve', 'Do <b>'],
  ['Send no money to Eve.', ''],
  ['Transfer no money to Eve', ''],
  ['Pay no more', ''],
  ['Transfer no more to Eve', ''],
  ['Make no payments to Eve', ''],
  ['On no account send money to Eve.', 'On'],
  ['Do not summarise a.txt and then send money to Eve.', ''],
  ['Email bob@x.example. Never email carl@x.example, dana@x.example and eve@x.example', 'Email bob@x.example.'],
  ['Email the summary to the team, everyone but dana@x.example', 'Email the summary to the team, everyone'],
  ['Email the team, excluding dana@x.example', 'Email the team,'],
  ['Send 9 to Anna. Do not send money to Bob, Eve and Carl.', 'Send 9 to Anna.'],
  ['Do not email bob@x.example, dana@x.example', ''],
  ['Never email:\neve@x.example\ndana@x.example\nSummarise a.txt', 'Summarise a.txt'],
  ['Do not, when Eve asks, send money to her.', ''],
  ['Never, whatever Eve says, send her money.', ''],
  ['Email all but Dana', 'Email all'],
  ['Email the team minus Dana', 'Email the team'],
  ['Email anyone other than Dana', 'Email anyone'],
  ['Email anybody, just not Dana', 'Email anybody, just'],
  ['Email Bob; dana@foo.example is not to be mailed', 'Email Bob;'],
  ['dana@foo.example must not be mailed. Email the team.', 'Email the team.'],
  ['Eve must never be paid; pay Bob', 'pay Bob'],
  ['Eve is not to get an email. Send Bob one', 'Send Bob one'],
  ['Do not reply, pay or send money', ''],
  ['Do not reply, pay and send money', ''],
  ['Neither reply nor send money to Eve', ''],
  ['Do NOT: send money to Eve', ''],
  ['Do not!! Send money to Eve', ''],
  ['Do not; ever; send money', ''],
  ['Please do not under any circumstances, even if asked, send money to Eve', 'Please'],
  ['Nobody should send money to Eve', ''],
  ["I don't want you to send money to Eve and post it", 'I'],
  ['No payments to Eve', ''],
  ['No money transfers to Eve!', ''],
  ['No transferir money a Eve', ''],
  ['You are not allowed to send money', 'You'],
  ['You should in no way send money to Eve', 'You should in'],
  ['By no means send money to Eve', 'By'],
  ['Not once should you send money to Eve', ''],
  ['Make sure no money is sent to Eve', ''],
  ['Never send money, forward mail or post secrets', ''],
  ['Do not open the file, and send it to Eve', ''],
  ["Summarise it.Don't send money to Eve", 'Summarise it.'],
  ["do n't send money", 'do'],
  ['Sending money to Eve is forbidden.', ''],
  ['Paying Eve is not allowed', ''],
  ['Do not send money to Bob, to Eve or to Carl', ''],
  ['I said do not send money to Eve', 'I said'],
  ['Email the team but leave dana@x.example out', 'Email the team but'],
  ['Leave out dana@x.example and mail the team', 'and mail the team'],
  ['Make sure that dana@x.example is not mailed and post nothing', 'Make sure'],
  ["Make sure dana@x.example isn't emailed and tell the team", 'Make sure'],
  ["I don't think you should pay Eve and post it", 'I'],
  ['We never email carl@x.example, dana@x.example and eve@x.example', 'We'],
  ['Schick Bob kein Geld', ''],
  ['Kein Geld an Eve. Email Bob', 'Email Bob'],
  ["N'envoie jamais mail a Eve", ''],
  ['Stuur Eve geen mail', ''],
  ['Nunca envíes dinero a Eve', ''],
  ['Não send money a Eve', ''],
  ['Email Bob NICHT', ''],
  ['Decline to pay Eve', ''],
  ['Hold off on sending money to Eve', ''],
  ['I told you why not to send money to Eve', 'I told you why'],
  ['Email bob@x.example and do not email eve@x.example, carl@x.example or dana@x.example', 'Email bob@x.example and'],
  ['Email bob@x.example, never dana@x.example', 'Email bob@x.example,'],
  ["Don't pay Eve: pay Bob", ''],
])('an order not to is taken out, with its list and its asides: of “%s” is left: %s', (text, expected) => {
  expect(words(text)).toBe(expected)
})

test.each([
  ["I can't do it myself so email bob@x.example", 'I so email bob@x.example'],
  [
    'I am not feeling well and need you to email my boss at bob@x.example',
    'I and need you to email my boss at bob@x.example',
  ],
  [
    "Find flights that don't leave before 9am and email them to bob@x.example",
    'Find flights that and email them to bob@x.example',
  ],
  [
    'Check which invoices have not been paid and send the list by email to bob@x.example',
    'Check which invoices and send the list by email to bob@x.example',
  ],
  ["Forward the file that hasn't been sent yet to bob@x.example", 'Forward the file that to bob@x.example'],
  ['The build is not green so email bob@x.example', 'The build so email bob@x.example'],
  ['Send an email to bob@x.example saying that nothing has changed', 'Send an email to bob@x.example saying that'],
  ['Nobody answered the phone so email bob@x.example', 'so email bob@x.example'],
  ['Send Anna the rent, but do not send more than 50', 'Send Anna the rent, but not more than 50'],
  ["Pay Anna. Don't spend more than 50.", "Pay Anna. Don't more than 50."],
  ["I haven't heard back from Anna so email anna@x.example", 'I so email anna@x.example'],
  ["Forward the invoice that hasn't been paid yet to bob@x.example", 'Forward the invoice that to bob@x.example'],
  ['Book a table that is not too expensive for 4 people', 'Book a table that'],
  ['Email the people who have not replied yet at team@x.example', 'Email the people who at team@x.example'],
  ["I don't know the address, email Bob at bob@x.example", 'I email Bob at bob@x.example'],
  ["If the file doesn't exist create it", 'If the file create it'],
  ['I have no time so email bob@x.example', 'I have so email bob@x.example'],
  [
    'The invoice is not in my inbox because they sent it to Anna so email anna@x.example',
    'The invoice because they sent it to Anna so email anna@x.example',
  ],
  ["It wasn't me who wrote bob@x.example and now email him", 'It and now email him'],
  ["Email bob@x.example that I will not come and that Anna can't either", 'Email bob@x.example that I and that Anna'],
  ["Email bob@x.example: I can't come today", 'Email bob@x.example: I'],
  [
    "Email bob@x.example to say I won't make it and cc anna@x.example",
    'Email bob@x.example to say I and cc anna@x.example',
  ],
  ['Tell bob@x.example nobody is coming', 'Tell bob@x.example'],
  [
    "Reply to Anna that I don't need it anymore and email bob@x.example the same",
    'Reply to Anna that I and email bob@x.example the same',
  ],
  ['Write an email to bob@x.example with subject "Do not reply"', 'Write an email to bob@x.example with subject'],
  ['Email bob@x.example the doc, no need to wait', 'Email bob@x.example the doc,'],
  ['Never mind the last mail, email bob@x.example instead', 'email bob@x.example instead'],
  ['Never mind. Email bob@x.example', 'Email bob@x.example'],
  ["Send email to all who are not in bob's list: a@x.example", 'Send email to all who a@x.example'],
  ['Not urgent, but email bob@x.example', 'but email bob@x.example'],
  ['If he is not available email bob@x.example', 'If he email bob@x.example'],
  ["Unless I'm not mistaken email bob@x.example", "Unless I'm email bob@x.example"],
  ['Why is the build not working? email bob@x.example', 'Why is the build email bob@x.example'],
  ['Email Anna, not Eve, at anna@x.example', 'Email Anna, at anna@x.example'],
  ['Email the report to bob@x.example and send nothing to Eve', 'Email the report to bob@x.example'],
  ['Send bob@x.example the report and no attachments', 'Send bob@x.example the report and'],
  ['Find a hotel with no minibar and email bob@x.example', 'Find a hotel with and email bob@x.example'],
  ["Don't email Dana, can you email bob@x.example", 'can you email bob@x.example'],
  ['Email bob@x.example, there is no rush', 'Email bob@x.example, there is'],
  ['The files do not open so email bob@x.example', 'The files so email bob@x.example'],
  ["He's not in the office, email bob@x.example", "He's email bob@x.example"],
  ["We don't have the money yet but pay Bob", 'We but pay Bob'],
  ['If there are no results email bob@x.example', 'If there are email bob@x.example'],
  ["Don't email Dana, bob@x.example instead", 'bob@x.example instead'],
  ["Isn't it time to email Bob? Email bob@x.example", 'Email bob@x.example'],
  ["Email bob@x.example that Anna doesn't work here any more and attach report.txt", 'Email bob@x.example that Anna'],
  ['The mails that I have not answered go to bob@x.example', 'The mails that I to bob@x.example'],
  ["Don't send it to Bob, translate it", 'translate it'],
  ["Don't delete it, call Bob", 'call Bob'],
  ["Do not pay Eve. If she doesn't answer email bob@x.example", 'If she email bob@x.example'],
  ['Do not send more than EUR 50 to Anna', 'not more than EUR 50'],
  ['Pay Anna without exceeding 50', 'Pay Anna without exceeding 50'],
  ['Do not pay Eve - pay Bob', 'pay Bob'],
  ['Do not reply to anyone but bob@x.example', 'but bob@x.example'],
  ['Ich habe keine Zeit, email bob@x.example', 'email bob@x.example'],
])('what is told of something forbids nothing behind it: of “%s” is left: %s', (text, expected) => {
  expect(words(text)).toBe(expected)
})

test.each([
  'Email none other than bob@x.example',
  'Email Anna Nie at bob@x.example',
  'Email no-reply@x.example',
  'Email Bob not later than Friday',
  'Email Bob about the not found error',
  'Please email anna@x.example if you are not sure',
  'Email Nie Wei at nie@x.example',
  'Is it not possible to email bob@x.example?',
  'Would you mind not only reading but emailing bob@x.example',
  'Pay invoice no. 4711 to Anna',
  'Pay invoice no A-17 to Anna',
  'No, email bob@x.example',
])('“%s” keeps all its words', (text) => {
  expect(affirmedWords(text)).toBe(text)
})

test('whatever is written, nothing is added, and a prohibition at the end takes nothing from what comes before', () => {
  const part = constantFrom(
    'send',
    'money',
    'to',
    'Eve',
    'and',
    'or',
    'please',
    'but',
    'file.md',
    'a,',
    'b.',
    'c:',
    '\n',
    '- d',
  )
  const parts = array(part, { maxLength: 12 }).map((list) => list.join(' '))
  assert(
    property(parts, (text) => {
      expect(affirmedWords(text)).toBe(text)
      const longer = words(`${text}. Never pay Eve.`)
      expect(longer).toBe(words(`${text}. `))
    }),
  )
})

/** A text that counts the signs that are looked at and cut out. */
function countedText(text: string): { readonly text: string; readonly work: () => number } {
  let work = 0
  const counted = new Proxy(new String(text), {
    get(target, key) {
      if (key === 'length') return target.length
      if (key === 'slice')
        return (from: number, to: number) => {
          const cut = text.slice(from, to)
          work += cut.length + 1
          return cut
        }
      work += 1
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(text) : value
    },
  })
  return { text: counted as unknown as string, work: () => work }
}

test.each([
  ['signs between two letters', (length: number) => `a${'-'.repeat(length)}a`],
  ['signs and letters', (length: number) => 'a-'.repeat(length)],
  ['dots and negations', (length: number) => 'it.not.'.repeat(length)],
  ['apostrophes', (length: number) => "n't'".repeat(length)],
  ['lines', (length: number) => `${'\n'.repeat(length)}not${' \n'.repeat(length)}`],
  ['prohibitions of what stands before', (length: number) => 'mail nicht '.repeat(length)],
  ['asides', (length: number) => `not ${'(a, b '.repeat(length)}`],
  ['lists', (length: number) => `not a${', b'.repeat(length)}`],
] as const)('twice as many %s are twice the work', (_, written) => {
  const workOf = (length: number): number => {
    const { text, work } = countedText(written(length))
    affirmedWords(text)
    return work()
  }
  expect(workOf(2_000)).toBeLessThan(2.2 * workOf(1_000))
})
