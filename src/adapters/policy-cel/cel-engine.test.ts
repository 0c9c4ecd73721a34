import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../base/json.ts'
import { celEngine } from './cel-engine.ts'

const engine = celEngine()
const VARIABLES = ['args', 'subject'] as const
const INPUT: JsonObject = {
  args: { amount: 12.5, count: 3, name: 'Ana', tags: ['a', 'b'], nested: { deep: true }, nothing: null },
  subject: { tenant: 'northwind' },
}

/** The value, or the code of the failure. */
function answer(expression: string, input: JsonObject = INPUT): boolean | string {
  const compiled = engine.compile(expression, VARIABLES)
  if (!compiled.ok) return compiled.failure.code
  const result = compiled.value.evaluate(input)
  return result.ok ? result.value : result.failure.code
}

describe('what an expression can say', () => {
  test.each([
    ['true', true],
    ['args.amount > 10.0', true],
    ['args.count == 4', false],
    ['args.name == "Ana" && subject.tenant == "northwind"', true],
    ['"a" in args.tags', true],
    ['args.tags.all(tag, tag != "c")', true],
    ['args.tags.exists(tag, tag == "c")', false],
    ['size(args.tags) == 2', true],
    ['has(args.name)', true],
    ['has(args.absent)', false],
    ['has(args.absent) && args.absent == 1', false],
    ['args.name.startsWith("A")', true],
    ['args.nested.deep ? args.count > 2 : false', true],
    ['args["name"] == "Ana"', true],
  ])('`%s` is %s', (expression, expected) => expect(answer(expression)).toBe(expected))
})

describe('what is refused before it runs', () => {
  test.each([
    'unknown',
    'unknown == 1',
    'args.count == limit',
    'environment == "local"',
    'true || unknown',
    'args.tags.all(tag, other == tag)',
    'process.env',
    'constructor',
  ])('a name that is no variable: `%s`', (expression) =>
    expect(['policy/type', 'policy/syntax']).toContain(answer(expression)),
  )

  test.each([
    '',
    ' ',
    'args.',
    'args ==',
    '(true',
    'true)',
    '"open',
    'args.count = 3',
    'if (true) {}',
    'args.count == 3;',
    '\0',
  ])('what is no expression: %j', (expression) => {
    expect(['policy/type', 'policy/syntax']).toContain(answer(expression))
  })

  test.each([
    'args.name.matches("A.*")',
    'args.name . matches ("A.*")',
    'matches(args.name, "A.*")',
    '"x".matches("y")',
    '!args.name.matches("A")',
    'true || args.name.matches("A")',
    'false && args.name.matches("A")',
    'args.nested.deep ? args.name.matches("A") : true',
    'args.nested.deep ? true : args.name.matches("A")',
    '(args.name.matches("A"))',
    '[args.name.matches("A")][0]',
    '[true, [args.name.matches("A")][0]].all(x, x)',
    '{"k": args.name.matches("A")}["k"]',
    '{args.name.matches("A"): true}[true]',
    'args.tags.all(tag, tag.matches("a"))',
    'args.tags.exists(tag, tag.matches("a"))',
    'args.tags.exists_one(tag, tag.matches("a"))',
    'size(args.tags.filter(tag, tag.matches("a"))) > 0',
    'args.tags.map(tag, tag.matches("a"))[0]',
    'args.tags.map(tag, args.tags.exists(other, other.matches(tag)))[0]',
    'args.tags.map(tag, tag.matches("a"), true)[0]',
    'size(string(args.name.matches("A"))) == 4',
    '"b".startsWith("a" + string(args.name.matches("A")))',
    'args.name.matches("A") == args.name.matches("B")',
    'args.name[args.name.matches("A") ? 0 : 1] == "A"',
    'args.name.matches("A") in [true]',
  ])('a call of `matches` anywhere: `%s`', (expression) => {
    expect(engine.compile(expression, VARIABLES)).toMatchObject({ ok: false })
    expect(answer(expression)).toBe('policy/refused')
  })

  test.each([
    ['a long text', `"${'x'.repeat(4_000)}" == ""`],
    ['many nodes', Array.from({ length: 600 }, () => 'true').join(' && ')],
    ['deep nesting', `${'('.repeat(60)}true${')'.repeat(60)}`],
    ['deep negation', `${'!'.repeat(1_100)}true`],
    ['deep lists', `${'['.repeat(60)}1${']'.repeat(60)} == []`],
    ['a long list', `1 in [${Array.from({ length: 201 }, (_, at) => at).join(',')}]`],
    ['a large map', `{${Array.from({ length: 101 }, (_, at) => `${at}:1`).join(',')}}[1] == 1`],
  ])('%s', (_, expression) => {
    expect(engine.compile(expression, VARIABLES)).toMatchObject({ ok: false })
  })

  test('one character more than the longest', () => {
    expect(answer(`${' '.repeat(3_996)}true`)).toBe(true)
    expect(answer(`${' '.repeat(3_997)}true`)).toBe('policy/refused')
  })
})

describe('what fails as it runs', () => {
  test.each([
    ['an unknown key', 'args.absent == 1', 'policy/evaluation'],
    ['an unknown nested key', 'args.nested.absent', 'policy/evaluation'],
    ['a key of no object', 'args.name.length == 3', 'policy/evaluation'],
    ['an inherited key', 'args.constructor == 1', 'policy/evaluation'],
    ['another inherited key', 'args.toString == 1', 'policy/evaluation'],
    ['the prototype', 'args.__proto__ == {}', 'policy/evaluation'],
    ['an index out of the list', 'args.tags[9] == "a"', 'policy/evaluation'],
    ['values of two types', 'args.name > 1', 'policy/evaluation'],
    ['a division by zero', 'args.count / 0 == 1', 'policy/evaluation'],
    ['a number', 'args.count', 'policy/type'],
    ['a text', 'args.name', 'policy/type'],
    ['a list', 'args.tags', 'policy/type'],
    ['null', 'args.nothing', 'policy/type'],
  ])('%s gives a failure, never true or false', (_, expression, code) => {
    const got = answer(expression)
    expect(got).not.toBe(true)
    expect(got).not.toBe(false)
    expect(['policy/evaluation', 'policy/type', 'policy/syntax']).toContain(got)
    if (code === 'policy/type') expect(got).toBe(code)
  })

  test('a variable that the input does not have', () => {
    expect(answer('subject.tenant == "x"', { args: {} })).toBe('policy/evaluation')
  })
})

describe('loops within loops', () => {
  const nested = 'args.tags.all(a, args.tags.all(b, a == b))'
  const split = 'args.name.split(",").all(a, args.name.split(",").all(b, a == b))'
  const tags = (count: number) => ({ args: { tags: Array.from({ length: count }, () => 'x'), absent: undefined } })
  const name = (length: number) => ({ args: { name: 'x'.repeat(length) } })

  test.each([
    ['a list of the longest', nested, tags(1_000), true],
    ['a list of one more', nested, tags(1_001), 'policy/evaluation'],
    [
      'that list anywhere in the input',
      nested,
      { args: { tags: [], other: [{ deep: tags(1_001) }] } },
      'policy/evaluation',
    ],
    ['that list after one loop only', 'args.tags.all(a, a == "x") && args.tags.exists(a, a == "x")', tags(1_001), true],
    ['a text of any length', nested, { args: { tags: ['x'.repeat(9_000)] } }, true],
    ['a text that they cut', split, name(2_000), true],
    ['a longer text that they cut', split, name(2_001), 'policy/evaluation'],
    ['a longer text that one loop cuts', 'args.name.split(",").all(a, a != "")', name(2_001), true],
  ])('over %s', (_, expression, input, expected) => {
    expect(answer(expression, input as never)).toBe(expected)
  })
})

describe('compiling', () => {
  test('depends on the variables, also where the text is the same', () => {
    expect(engine.compile('args.count == 3', ['subject']).ok).toBe(false)
    expect(engine.compile('args.count == 3', ['args']).ok).toBe(true)
  })

  test('keeps no value between evaluations', () => {
    const compiled = engine.compile('args.count == 3', VARIABLES)
    if (!compiled.ok) throw new Error(compiled.failure.message)
    for (const count of [3, 4, 3])
      expect(compiled.value.evaluate({ args: { count } })).toEqual({ ok: true, value: count === 3 })
  })

  test('still answers after more expressions than it remembers', () => {
    const small = celEngine()
    for (let at = 0; at < 2_100; at++) small.compile(`args.count == ${at}`, VARIABLES)
    const compiled = small.compile('args.count == 0', VARIABLES)
    expect(compiled.ok && compiled.value.evaluate({ args: { count: 0 } })).toEqual({ ok: true, value: true })
  })

  test('never throws, whatever the text', () => {
    assert(property(string({ unit: 'binary' }), (text) => typeof answer(text) !== 'undefined'))
    assert(property(string(), (text) => typeof answer(`args.${text}`) !== 'undefined'))
  })
})
