// The bundle has less of the CEL library than the gateway: what it answers, and how it says no, is the same.
import { beforeAll, expect, test } from 'vitest'
import { celEngine } from '../../src/adapters/policy-cel/cel-engine.ts'
import type { PolicyEngine } from '../../src/domain/policy/policy-engine.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { CEL_NAMES, checkCelNames } from '../../tools/lean-cel-names.ts'
import { leanModule } from '../support/lean-module.ts'

const VARIABLES = ['args', 'subject'] as const
const INPUTS: readonly JsonObject[] = [
  {
    args: {
      n: 3,
      half: 12.5,
      name: 'Ana',
      text: '2026-11-26T10:20:30Z',
      tags: ['a', 'b'],
      rows: [{ to: 'x', n: 1 }, { to: 'y' }],
      deep: { er: { yes: true } },
      nothing: null,
      no: false,
    },
    subject: { tenant: 'northwind', roles: [] },
  },
  { args: { n: '3', half: null, name: 7, tags: { a: 1 }, rows: 'x', deep: [], no: 'no', __proto__: null } },
  { args: [], subject: null },
]

const EXPRESSIONS = `true
!args.no
!args.n
-args.half < 0.0
-args.name == 1.0
args.n > 2.0 && args.half <= 12.5 || args.no
args.n == 3 && args.n != 4 && args.n >= 3 && args.n < 4
args.n + 1.5 == 4.5
args.n in [1.0, 3.0]
args.name in args.tags
"a" in args.tags && "a" in args.deep
args.name + "!" == "Ana!"
args.name + 1 == 2
1 + 2 * 3 - 4 / 2 % 3 == 7 - 2
1 / 0 == 1
1 % 0 == 1
9223372036854775807 + 1 == 0
0x1F == 31 && 3u + 4u == 7u
3u / 0u == 1u
18446744073709551615u + 1u == 0u
-1u == 1u
1e3 == 1000.0 && 1.5e-1 == 0.15
1e == 1.0
1e999 == 1.0
"a\\u00e4\\x41\\101\\n" == r"a" || b"ab" == b'ab'
"\\q" == "q"
"\\u12" == ""
"\\ud800" == ""
"\\x4" == ""
"\\09" == ""
"\\777" == ""
b"\\u0041" == b"A"
'''tri"ple''' == "tri\\"ple"
"open
'''open
"line
args.
args ==
(true
true)
args.?name == "Ana"
args[?0] == 1
args.name ? true : false
args.no ? 1 : 2
args.no ? 1 == 1 : 2 == 1
args.no || args.absent
args.absent || true
args.absent && false
args.absent && true
args.name && true
true && args.name
true || args.name
has(args.name) && !has(args.absent) && has(args.deep.er.yes)
has(args.absent.more)
has(args)
has(args.tags[0])
has(args.name.first)
args.rows.all(row, has(row.to))
args.rows.all(row, row.n == 1.0)
args.rows.all(row, row.to)
args.rows.exists(row, row.n == 1.0)
args.rows.exists(row, row.n == 7.0)
args.rows.exists_one(row, row.to == "y")
args.rows.map(row, row.to) == ["x", "y"]
args.rows.map(row, has(row.n), row.to) == ["x"]
args.rows.filter(row, has(row.n)).size() == 1
args.rows.filter(row, row.to).size() == 1
args.tags.all(1, true)
args.deep.all(key, key == "er")
args.name.all(c, true)
args.rows.all(row, args.tags.exists(tag, tag != row.to))
[1, 2, 3].all(x, [4, 5].exists(y, y > x))
[1, "a"] == [1]
{"a": 1, "b": "c"}.a == 1
{"a": 1, 2: 3} == {}
{"a": [1, 2]}["a"][1] == 2
[[1], [2]] == [[1], [2]] && {"a": 1} == {"a": 1} && {} == {} && [] == []
[1, 2] + [3] == [1, 2, 3]
[1, 2][5] == 1
[1, 2]["a"] == 1
args.tags[0] == "a"
args.tags[7.0] == "a"
args["name"] == "Ana" && args["absent"] == 1
cel.bind(x, args.n + 1.0, x * x == 16.0)
cel.bind(1, 2, true)
cel.bind(x, args.absent, true)
size(args.tags) == 2 && size(args.name) == 3 && args.deep.size() == 1 && size(b"ab") == 2
size(args.n) == 1
"Ana".startsWith("A") && args.name.endsWith("a") && args.name.contains("n")
args.name.startsWith(1)
args.name.lowerAscii() == "ana" && args.name.upperAscii() == "ANA" && " a ".trim() == "a"
args.name.indexOf("n") == 1 && args.name.indexOf("a", 1) == 2 && args.name.lastIndexOf("a") == 2
args.name.indexOf("a", 9) == 1
args.name.lastIndexOf("a", 9) == 1
args.name.substring(1) == "na" && args.name.substring(1, 2) == "n"
args.name.substring(9) == ""
args.name.substring(2, 1) == ""
args.name.split("n") == ["A", "a"] && "a,b,c".split(",", 2) == ["a", "b,c"]
args.tags.join("-") == "a-b" && ["a"].join() == "a"
args.rows.join("-") == ""
args.name.matches("A.*")
args.name.fullMatch("A[a-z]+")
args.name.fullMatch(args.name)
args.n.fullMatch("3")
args.name.fullMatch("(a+)+(")
int("12") == 12 && int(3.7) == 3 && int(args.n) == 3
int("x") == 1
int(" 1") == 1
uint("12") == 12u && uint(3) == 3u && uint(3.5) == 3u
uint(-1) == 1u
uint("x") == 1u
double("1.5") == 1.5 && double(2) == 2.0 && double(2u) == 2.0 && double("inf") > 1.0
double("x") == 1.0
bool("true") && !bool("F".lowerAscii())
bool("maybe")
string(1) == "1" && string(1.5) == "1.5" && string(true) == "true" && string(2u) == "2" && string(b"a") == "a"
bytes("ab").hex() == "6162" && bytes("ab").base64() == "YWI=" && bytes("ab").string() == "ab" && b"ab".at(0) == 97
b"ab".at(9) == 1
type(1) == int && type("a") == string && type(args.n) == double && type(null) == null_type && type([]) == list
type(timestamp("2026-11-26T10:20:30Z")) == google.protobuf.Timestamp
dyn(1) == 1.0 && dyn(1) == 1u && dyn([1]) != dyn({"a": 1})
1 == "1"
args.n == args.name
args.nothing == null && args.tags != null
timestamp(args.text).getFullYear() == 2026 && timestamp(args.text).getMonth() == 10 && timestamp(args.text).getDate() == 26
timestamp(args.text).getHours() == 10 && timestamp(args.text).getHours("Asia/Tokyo") == 19
timestamp(args.text).getDayOfWeek() == 4 && timestamp(args.text).getDayOfYear() > 300 && timestamp(args.text).getDayOfMonth() == 25
timestamp(args.text) - timestamp(0) > duration("1h")
timestamp(args.text) + duration("1h30m") > timestamp(args.text) && timestamp(1) - duration("1s") == timestamp(0)
timestamp("soon") > timestamp(0)
timestamp(999999999999999) > timestamp(0)
duration("90s").getMinutes() == 1 && duration("-1.5h") < duration("2ms") && duration("1s") + duration("500ms") > duration("1s")
duration("2h") - duration("1h") == duration("60m") && duration("1h").getHours() == 1 && duration("1s").getMilliseconds() == 1000
duration("x") > duration("1s")
duration("") > duration("1s")
optional
unknown == 1
unknown(1)
args.unknown(1)
size(1, 2)
args.name.size(1)
subject.tenant == "northwind" && subject.roles == []
subject.roles.exists(role, role == "x")
return == 1
__proto__ == 1
args.__proto__ == 1
args.constructor == 1
args == args && subject != args
args.text < "3" && args.n < args.half && true > false
[1, 2] < [3]
args.name[0] == "A"
args # n
args & n
args | n
args = n
.5 == 0.5
'a' // comment
"a" == 'a' // comment`
  .split('\n')
  .concat([
    `${'('.repeat(50)}true${')'.repeat(50)}`,
    `[${'1,'.repeat(250)}1].size() == 1`,
    `${'true && '.repeat(900)}true`,
  ])

let bundled: PolicyEngine

beforeAll(async () => {
  bundled = (
    await leanModule<{ readonly celEngine: typeof celEngine }>('src/adapters/policy-cel/cel-engine.ts')
  ).celEngine()
})

/** What an engine says of an expression, and of each input. */
function answersOf(engine: PolicyEngine, expression: string): unknown {
  const compiled = engine.compile(expression, VARIABLES)
  return compiled.ok
    ? { keys: compiled.value.keys, answers: INPUTS.map((input) => compiled.value.evaluate(input)) }
    : compiled.failure
}

test.each(EXPRESSIONS.map((expression) => [expression.slice(0, 80), expression] as const))('`%s`', (_, expression) =>
  expect(answersOf(bundled, expression)).toEqual(answersOf(celEngine(), expression)),
)

test.each([
  'optional.of(1).hasValue()',
  'optional.none().hasValue()',
  'optional.of(true).value()',
  'optional.of(true).orValue(true)',
])('no input fits `%s`, in neither', (expression) => {
  for (const engine of [bundled, celEngine()]) {
    const compiled = engine.compile(expression, VARIABLES)
    if (compiled.ok) for (const input of INPUTS) expect(compiled.value.evaluate(input)).toMatchObject({ ok: false })
  }
})

test('these say yes, no and why not', () => {
  const said = JSON.stringify(EXPRESSIONS.map((expression) => answersOf(celEngine(), expression)))
  for (const part of [
    '"value":true',
    '"value":false',
    'policy/syntax',
    'policy/type',
    'policy/refused',
    'policy/evaluation',
  ])
    expect(said).toContain(part)
})

test('a name that the bundle shortens is none of ours, and none that the library says', () => {
  expect(CEL_NAMES.test('hasDynType')).toBe(true)
  expect(() => checkCelNames('return { hasDynType: true }', 'ours.ts', false)).toThrow('`hasDynType` in ours.ts')
  expect(() => checkCelNames("this.hasDynType = x['hasDynType']", 'lib/registry.js', true)).toThrow('hasDynType')
  expect(() => checkCelNames('this.hasDynType = false; isHasDynType()', 'lib/registry.js', true)).not.toThrow()
  expect(() => checkCelNames('hasDynTypes(no.hasDyn)', 'ours.ts', false)).not.toThrow()
})
